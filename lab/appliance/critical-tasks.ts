import { isUp } from '../tunnel/link.ts';
import { fingerprint, ftdPaths } from '../tunnel/material.ts';
import type { Appliance } from './appliance.ts';
import type { CriticalTask, FmcState } from './fmc-state.ts';

const smartAgent = 'Smart Agent registration';

/** What keeps generate_certs.pl from running now: tasks that somebody started, and conditions that look like one. */
export function criticalTasksOf(box: Appliance, fmc: FmcState): CriticalTask[] {
  const { tasks, licence, tacBypass, conditionUuids } = fmc;
  const apart = apartSinceMs(box, fmc);
  return [
    ...tasks.filter((task) => !(tacBypass && task.name === smartAgent)),
    ...(licence === 'classic' && !tacBypass
      ? [{ name: smartAgent, startedAtMs: box.bootedAtMs, uuid: conditionUuids.licence }]
      : []),
    ...(apart === undefined ? [] : [{ name: 'HA operation', startedAtMs: apart, uuid: conditionUuids.ha }]),
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
