import type { PlannedMember } from './fleet-plan-file.ts';

export interface Overlap {
  readonly uuid: string;
  /** Name of the box, as the first member calls it. */
  readonly box: string;
  readonly isManager: boolean;
  readonly members: readonly string[];
  /** Where the fleet file names the last of them: `fleet.yaml:7:26`. */
  readonly at: string;
}

/**
 * Boxes that more than one member would work on, by what the boxes themselves say they are: addresses can hide it, UUIDs cannot.
 */
export function overlapsOf(
  planned: readonly PlannedMember[],
  placeOf: (member: string) => string,
): Overlap[] {
  const met = new Map<string, { box: string; isManager: boolean; members: Set<string> }>();
  for (const { name, plan } of planned) {
    const boxes = [
      ...(plan.managers ?? [plan.manager]).map((box) => ({ ...box, isManager: true })),
      ...plan.devices.map((box) => ({ ...box, isManager: false })),
    ];
    for (const { uuid = '', name: box, isManager } of boxes) {
      if (uuid === '') continue;
      const before = met.get(uuid) ?? { box, isManager, members: new Set() };
      before.members.add(name);
      met.set(uuid, before);
    }
  }
  return [...met]
    .filter(([, { members }]) => members.size > 1)
    .map(([uuid, { box, isManager, members }]) => ({
      uuid,
      box,
      isManager,
      members: [...members],
      at: placeOf([...members].at(-1) ?? ''),
    }));
}
