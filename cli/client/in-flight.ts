import { actionSpec, isActionName, type ActionSpec } from '../../language/index.ts';
import { isAlive, Journal, type Home, type JournalEntry } from '../../supervisor/index.ts';
import { commandLine } from '../../report/index.ts';

/** A change of a box that has begun and whose end nobody has seen. Known without a Temporal server. */
export interface InFlight extends Omit<JournalEntry, 'matter' | 'worker'> {
  /** The action in words. */
  readonly summary: string;
  /** `under-way`: its worker lives; `failed`: the action gave up; `cut-off`: its worker is gone. */
  readonly state: 'under-way' | 'failed' | 'cut-off';
  /** What stays on the box without a worker, and where to look by hand. */
  readonly ifCutOff: string;
  /** Commands that carry the run on. */
  readonly next: readonly string[];
}

/** What the workers of a home have written down, by box. Starts nothing and asks nobody. */
export function readInFlight(home: Home, program: string): InFlight[] {
  return new Journal(home.inFlight).entries().map((entry) => {
    const { action, box, address, run, step, since, failed } = entry;
    const spec: ActionSpec | undefined = isActionName(action) ? actionSpec(action) : undefined;
    return {
      ...{ action, box, address, run, step, since },
      ...(failed === undefined ? {} : { failed }),
      summary: (spec?.summary ?? action).replaceAll('{name}', box),
      state: failed !== undefined ? 'failed' : isAlive(entry.worker) ? 'under-way' : 'cut-off',
      ifCutOff: spec?.ifCutOff ?? 'What it leaves is not known to this version. Look at the box.',
      next: [commandLine(program, ['up']), commandLine(program, ['watch', run])],
    };
  });
}
