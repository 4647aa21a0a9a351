import { isUp } from '../tunnel/link.ts';
import { fingerprint, ftdPaths } from '../tunnel/material.ts';
import type { Appliance } from './appliance.ts';
import type { CriticalTask, FmcState } from './fmc-state.ts';

/** What keeps generate_certs.pl from running now: tasks that somebody started, and conditions that look like one. */
export function criticalTasksOf(box: Appliance, fmc: FmcState): CriticalTask[] {
  const apart = apartSinceMs(box, fmc);
  return [
    ...fmc.tasks,
    ...(apart === undefined ? [] : [{ name: 'HA operation', startedAtMs: apart, uuid: fmc.haTaskUuid }]),
  ];
}

/** Since when the secondary of a pair is not in step with its primary; undefined when it is, or when that does not count. */
function apartSinceMs(box: Appliance, { pair }: FmcState): number | undefined {
  if (!pair?.enabled || !pair.haTaskWhileApart || pair.unitOf(box) === 'primary') return undefined;
  const { uuid } = pair.primary.identity;
  const link = box.sftunnel?.links.get(uuid);
  if (!link || !isUp(link)) return link?.disconnectedAtMs ?? link?.attemptedAtMs ?? box.bootedAtMs;
  const newest = pair.primary.fmc?.runs.at(-1);
  const held = fingerprint(box.tree.text(ftdPaths(uuid).ca) ?? '');
  return newest && held !== newest.caFingerprint ? newest.atMs : undefined;
}
