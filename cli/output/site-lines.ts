import { commandLine, names, plural, printable } from '../../report/index.ts';
import type { SiteStanding } from '../client/sites.ts';
import type { View } from './view.ts';

/** First the sites without a worker, each with the command that starts one; those with one in a line. */
export function siteLines(sites: readonly SiteStanding[], view: View): string[] {
  const served = sites.filter(({ workers }) => workers.length > 0);
  return [
    ...unservedLines(sites, view),
    ...(served.length === 0
      ? []
      : [
          `with a worker: ${names(
            served.map(({ site }) => printable(site)),
            served.length > 10 ? 8 : 10,
          )}`,
        ]),
  ];
}

/** Empty when every site has a worker. */
export function unservedLines(sites: readonly SiteStanding[], view: View): string[] {
  return sites
    .filter(({ workers }) => workers.length === 0)
    .map(
      ({ site, boxes }) =>
        `${view.paint('warn', `no worker serves the site ${site}`)} (${boxes} ${boxes === 1 ? 'box' : 'boxes'}): there, ${commandLine(view.program, ['worker', '--site', site])}`,
    );
}

/** What to know where sites meet the server of this machine alone. */
export const embeddedServerNote =
  'The embedded server listens on this machine alone. Workers of other machines need a Temporal server that both reach: set TEMPORAL_ADDRESS here and there.';

export function servedText(sites: readonly SiteStanding[]): string {
  return `${sites.length} ${plural(sites.length, 'site')}, each with a worker`;
}
