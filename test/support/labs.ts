/** One list of scenarios for both labs: the one in this process, and the one of real programs. */
import { startLab } from '../../lab/index.ts';
import { startSystemLab, whyNoSystemLab } from '../../lab/system/index.ts';
import { oneSessionEach } from './devices-in-trouble.ts';
import { withSite, type SiteOptions } from './renewal-site.ts';

interface Maker {
  readonly title: string;
  readonly start: NonNullable<SiteOptions['start']>;
  readonly isSystem: boolean;
}

const makers: readonly Maker[] = [
  { title: '', start: startLab, isSystem: false },
  { title: ' (real programs)', start: startSystemLab, isSystem: true },
];

type Test = (this: Mocha.Context) => Promise<void>;

/** Where a scenario is run. Default: on both labs, always. */
export interface Where {
  /** Why only the lab in this process can make it. */
  readonly inProcess?: string;
  /** On the lab of real programs, where it costs seconds, only when everything is asked for there (`TEST_LABS=all`). */
  readonly complete?: boolean;
}

/** What a file of scenarios is written with; the names are those it would have on one lab. */
export interface OnLab {
  readonly isSystem: boolean;
  it(title: string, test: Test, where?: Where): void;
  /** `it` with `complete`. */
  rarely(title: string, test: Test): void;
  withSite: typeof withSite;
  /** No device may ever have had two sessions at once. */
  withDevices: typeof withSite;
}

/** Describes the same scenarios for each lab. Where one cannot be made, its tests are skipped, and their names say why. */
export function describeOnLabs(title: string, define: (lab: OnLab) => void): void {
  for (const { title: which, start, isSystem } of makers) {
    const missing = isSystem ? whyNoSystemLab() : undefined;
    const perform: OnLab['it'] = (name, test, where = {}) => {
      // Not skipped: it is run on one lab, and that is enough for every day.
      if (isSystem && where.complete === true && process.env['TEST_LABS'] !== 'all') return;
      const why = missing ?? (isSystem ? where.inProcess : undefined);
      if (why === undefined) it(name, test);
      else it.skip(`${name} [${why}]`, test);
    };
    describe(title + which, function () {
      this.timeout(300_000);
      define({
        isSystem,
        it: perform,
        rarely: (name, test) => perform(name, test, { complete: true }),
        withSite: (lab, use, options) => withSite(lab, use, { ...options, start }),
        withDevices: (lab, use, options) => withSite(lab, oneSessionEach(use), { ...options, start }),
      });
    });
  }
}
