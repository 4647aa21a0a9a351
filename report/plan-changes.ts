import type { Json, JsonObject } from '../language/index.ts';
import type { Plan } from '../workflows/contract.ts';
import { managersOf } from './go-no-go.ts';
import { columnLabel, columnText } from './format/column.ts';
import { byName } from './format/order.ts';
import { printable } from './format/printable.ts';

/** What differs between two looks at the same boxes. */
export interface PlanChanges {
  /** When the earlier look was made. */
  readonly since: string;
  readonly lines: readonly string[];
}

/** Columns that differ at every look and say nothing by it. */
const volatile = /^(?:daysLeft|age[A-Z]?\w*)$/;

/** What is new, gone or different since an earlier plan of the same managers. Pure. */
export function planChanges(before: Plan, after: Plan): PlanChanges {
  const lines: string[] = [];
  if (before.runnable !== after.runnable)
    lines.push(after.runnable ? 'It can be run now; it could not.' : 'It cannot be run any more; it could.');
  if (before.runbook.digest !== after.runbook.digest) lines.push('The runbook was edited.');
  if (before.inventory.digest !== after.inventory.digest) lines.push('The inventory was edited.');
  lines.push(
    ...boxChanges(managersOf(before), managersOf(after), ({ name }) => name),
    ...boxChanges(
      before.devices,
      after.devices,
      ({ name, manager, uuid }) => `${manager ?? ''}/${uuid || name}`,
    ),
    ...findingChanges(before, after),
  );
  return { since: before.madeAt, lines };
}

interface Box {
  readonly name: string;
  readonly columns: JsonObject;
}

function boxChanges<One extends Box>(
  before: readonly One[],
  after: readonly One[],
  keyOf: (box: One) => string,
): string[] {
  const earlier = new Map(before.map((box) => [keyOf(box), box]));
  const now = new Set(after.map(keyOf));
  return [
    ...byName(before)
      .filter((box) => !now.has(keyOf(box)))
      .map(({ name }) => `${printable(name)} is not there any more.`),
    ...byName(after).flatMap((box) => {
      const old = earlier.get(keyOf(box));
      if (old === undefined) return [`${printable(box.name)} is new.`];
      return columnChanges(old.columns, box.columns).map((text) => `${printable(box.name)}: ${text}`);
    }),
  ];
}

function columnChanges(before: JsonObject, after: JsonObject): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys
    .filter((key) => !volatile.test(key))
    .flatMap((key) => {
      const [old, now] = [steady(before[key]), steady(after[key])];
      return old === now ? [] : [`${columnLabel(key)} was ${old}, is ${now}`];
    });
}

function steady(value: Json | undefined): string {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return columnText(value);
  return columnText(Object.fromEntries(Object.entries(value).filter(([key]) => !volatile.test(key))));
}

function findingChanges(before: Plan, after: Plan): string[] {
  const all = (plan: Plan): Map<string, string> =>
    new Map(
      [...plan.findings, ...plan.devices.flatMap((device) => device.findings)].map((finding) => [
        // Times and counts in a text change from look to look; the fault, or the text without its numbers, is what it is.
        JSON.stringify([
          finding.box,
          finding.code,
          finding.severity,
          finding.fault?.id ?? finding.text.replace(/\d+/g, ''),
        ]),
        `${printable(finding.box)} (${finding.severity}): ${printable(finding.text)}`,
      ]),
    );
  const [old, now] = [all(before), all(after)];
  return [
    ...[...now].filter(([key]) => !old.has(key)).map(([, text]) => `New: ${text}`),
    ...[...old].filter(([key]) => !now.has(key)).map(([, text]) => `Gone: ${text}`),
  ];
}
