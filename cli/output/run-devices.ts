import { byName, printable } from '../../report/index.ts';
import type { DeviceDocument, DeviceStatus, RunDocument } from '../../workflows/contract.ts';
import { runbookColumns } from './device-table.ts';
import { phaseTitle, type Phases } from './phases.ts';
import { restLine } from './rest-line.ts';
import { table } from './table.ts';
import type { Tone, View } from './view.ts';

const statuses: Record<DeviceStatus, readonly [number, Tone, string]> = {
  parked: [0, 'warn', '? waits'],
  'needs-hands': [1, 'bad', '✗ needs hands'],
  skipped: [2, 'bad', '– skipped'],
  running: [3, 'accent', '› running'],
  waiting: [4, 'quiet', '· not started'],
  done: [5, 'good', '✓ done'],
};

function statusOf(device: DeviceDocument): (typeof statuses)[DeviceStatus] {
  const isHeld = device['held'] === true || (device.hold !== undefined && device.status === 'waiting');
  return isHeld ? [2.5, 'warn', '‖ held'] : statuses[device.status];
}

/** Fields of a device document that are not columns of the runbook. */
const fixed = [
  'uuid',
  'name',
  'manager',
  'address',
  'status',
  'phase',
  'proven',
  'question',
  'note',
  'leftToDo',
  'step',
  'meanwhile',
  'box',
  'held',
  'hold',
];

/**
 * Rows for as many devices as `limit` allows: first those that need a person, then those at work; the rest are counted.
 * @param limit rows, the line of the rest included
 */
export function deviceRows(document: RunDocument, phases: Phases, view: View, limit = Infinity): string[] {
  const devices = byName(document.devices).sort((a, b) => statusOf(a)[0] - statusOf(b)[0]);
  if (devices.length === 0 || limit < 2) return [];
  const room = devices.length + 1 > limit ? Math.max(1, limit - 2) : devices.length;
  const shown = room < devices.length ? aFewOfEach(devices, room) : devices;
  // Some columns only say something at the start or at the end; in between the phase says it all.
  const omit = [...fixed, 'oldFingerprint', 'newFingerprint', 'daysLeft'];
  const lines = table(
    shown,
    [
      { title: 'device', text: (device) => printable(device.name), shrinks: true },
      ...(document.managers.length > 1
        ? [{ title: 'manager', text: (device: DeviceDocument) => printable(device.manager), shrinks: true }]
        : []),
      {
        title: 'status',
        text: (device) => statusOf(device)[2],
        tone: (device) => statusOf(device)[1],
      },
      {
        title: 'phase',
        text: (device) => phaseTitle(phases, device.phase),
        tone: (device) => (device.proven ? 'good' : undefined),
      },
      ...runbookColumns(shown, (device) => device, omit).map((column, at) => ({
        ...column,
        dropAt: 10 - at,
      })),
      { title: 'now', text: nowText, tone: () => 'quiet' as const, shrinks: true, dropAt: 1 },
    ],
    view,
  ).split('\n');
  const rest = devices.filter((device) => !shown.includes(device));
  return rest.length === 0
    ? lines
    : [...lines, restLine(rest, 'device', (device) => statusOf(device)[2].slice(2), view)];
}

/** Where not all have room: some of each state that matters, so that forty that wait do not hide the three that are lost. */
function aFewOfEach(devices: readonly DeviceDocument[], room: number): readonly DeviceDocument[] {
  const states = [...new Set(devices.map((device) => statusOf(device)[0]))];
  const heaps = states.map((state) => devices.filter((device) => statusOf(device)[0] === state));
  // Those not begun and those done come last: they are shown where everything else is.
  const urgent = heaps.filter(([device]) => device !== undefined && statusOf(device)[0] < 4);
  const chosen = new Set<DeviceDocument>();
  for (let turn = 0; turn < room && chosen.size < room; turn += 1)
    for (const heap of urgent) {
      const device = heap[turn];
      if (device !== undefined && chosen.size < room) chosen.add(device);
    }
  for (const device of devices) if (chosen.size < room) chosen.add(device);
  return devices.filter((device) => chosen.has(device));
}

function nowText(device: DeviceDocument): string {
  const step = device['step'];
  return printable(
    device.note ?? device.question ?? (typeof step === 'string' && device.status === 'running' ? step : ''),
  );
}
