import { parseUnitStatus, type RootShell } from '../../devices/index.ts';
import { beating, onBox, type Action } from '../action.ts';
import type { UnitFact } from './facts.ts';

/** Names of the asks of a profile that tell of failover and cluster. */
export const unitAsks = ['failover', 'cluster'] as const;

export const unknownUnit: UnitFact = {
  kind: 'unknown',
  group: '',
  role: 'unknown',
  rank: 0,
  healthy: true,
  text: 'failover and cluster state are not known',
};

/** What a device is among others, from what it was asked on the way in (see {@link unitAsks}). */
export function unitOf(shell: RootShell): UnitFact {
  const { failover = '', cluster = '' } = shell.arrival.asked;
  const status = parseUnitStatus(failover, cluster);
  if (status === undefined) return unknownUnit;
  const { kind, role, serials, healthy, text } = status;
  return {
    kind,
    // A unit without serial numbers cannot be matched with the others; it is then a group of its own.
    group: serials.length < 2 ? '' : serials.join(' '),
    role,
    // What carries the traffic comes last.
    rank: role === 'active' || role === 'control' ? 1 : 0,
    healthy,
    text,
  };
}

/** Failover or cluster state of a device, as it is now. */
export const readUnit: Action = async (input, deps) =>
  await beating(async () => {
    const fact = await onBox(deps, input, input.target, (shell) => Promise.resolve(unitOf(shell)), unitAsks);
    return { facts: { ...fact }, note: fact.text };
  });
