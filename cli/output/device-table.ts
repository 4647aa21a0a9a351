import type { JsonObject } from '../../language/index.ts';
import { byName, columnLabel, columnText, filledColumns, printable } from '../../report/index.ts';
import type { Finding, PlannedDevice } from '../../workflows/contract.ts';
import { table, type Column } from './table.ts';
import { daysTone } from './target-lines.ts';
import type { Tone, View } from './view.ts';

/** Fingerprints say little beside days and case; they give way first on a narrow terminal. */
const giveWay: Record<string, number> = { oldFingerprint: 1, newFingerprint: 2 };

/** Columns of the runbook as table columns, only those that some device fills. */
export function runbookColumns<Row>(
  rows: readonly Row[],
  columnsOf: (row: Row) => JsonObject,
  omit: readonly string[],
): Column<Row>[] {
  return filledColumns(rows.map(columnsOf), omit).map((key) => {
    const numeric = rows.every(
      (row) => ['number', 'undefined'].includes(typeof columnsOf(row)[key]) || columnsOf(row)[key] === null,
    );
    const dropAt = giveWay[key];
    return {
      title: columnLabel(key),
      text: (row) => columnText(columnsOf(row)[key]),
      tone: (row) => columnTone(key, columnsOf(row)),
      ...(numeric ? { align: 'right' as const } : {}),
      ...(dropAt === undefined ? {} : { dropAt }),
    };
  });
}

function columnTone(key: string, columns: JsonObject): Tone | undefined {
  const value = columns[key];
  if (key === 'daysLeft' && typeof value === 'number') return daysTone(value);
  if (key === 'tunnel' && typeof value === 'string')
    return value === 'up' ? 'good' : value === 'down' ? 'bad' : 'warn';
  return undefined;
}

/** One row per device of a plan. */
export function plannedDevices(devices: readonly PlannedDevice[], view: View): string {
  const worst = (findings: readonly Finding[]): Tone | undefined => {
    if (findings.some((finding) => finding.severity === 'block')) return 'bad';
    return findings.some((finding) => finding.severity === 'accept') ? 'warn' : undefined;
  };
  return table(
    byName(devices),
    [
      {
        title: 'device',
        text: (device) => printable(device.name),
        tone: (device) => worst(device.findings),
        shrinks: true,
      },
      ...(new Set(devices.map(({ manager }) => manager)).size > 1
        ? [
            {
              title: 'manager',
              text: ({ manager }: PlannedDevice) => printable(manager ?? ''),
              shrinks: true,
            },
          ]
        : []),
      { title: 'address', text: (device) => printable(device.address), tone: () => 'quiet', dropAt: 3 },
      ...runbookColumns(devices, (device) => device.columns, ['meanwhile']),
    ],
    view,
  );
}
