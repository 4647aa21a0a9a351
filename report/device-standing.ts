import { byName } from './format/order.ts';
import type { DeviceDocument } from '../workflows/contract.ts';

/** How a device stands, as the report names and paints it. What is only done never passes for "proven". */
export type Standing = 'proven' | 'done' | 'running' | 'notStarted' | 'parked' | 'skipped' | 'needsHands';

export const standings: Record<Standing, { readonly label: string; readonly glyph: string }> = {
  needsHands: { label: 'needs hands', glyph: '✕' },
  parked: { label: 'waits for a person', glyph: '?' },
  skipped: { label: 'skipped', glyph: '–' },
  running: { label: 'running', glyph: '›' },
  notStarted: { label: 'not started', glyph: '' },
  done: { label: 'done, not proven', glyph: '○' },
  proven: { label: 'proven', glyph: '●' },
};

/** The worst first: the order of lists and of the picture. */
export const standingOrder = Object.keys(standings) as Standing[];

export function standingOf(device: Pick<DeviceDocument, 'status' | 'proven'>): Standing {
  switch (device.status) {
    case 'done':
      return device.proven ? 'proven' : 'done';
    case 'needs-hands':
      return 'needsHands';
    case 'waiting':
      return 'notStarted';
    default:
      return device.status;
  }
}

/** Devices with the worst first, then by name. */
export function worstFirst(devices: readonly DeviceDocument[]): DeviceDocument[] {
  return byName(devices).sort(
    (a, b) => standingOrder.indexOf(standingOf(a)) - standingOrder.indexOf(standingOf(b)),
  );
}

/** What `done` and `proven` mean in this run: the title of the phase those devices are in, where it is one and the same. */
export function standingLabel(
  standing: Standing,
  devices: readonly DeviceDocument[],
  phases: readonly { id: string; title: string }[],
): string {
  if (standing !== 'done' && standing !== 'proven') return standings[standing].label;
  const ids = new Set(
    devices.filter((device) => standingOf(device) === standing).map((device) => device.phase),
  );
  const [id] = ids;
  return ids.size === 1
    ? (phases.find((phase) => phase.id === id)?.title ?? standings[standing].label)
    : standings[standing].label;
}
