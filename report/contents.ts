import type { Runbook } from '../language/index.ts';
import { typedText, type Decision, type RunDocument } from '../workflows/contract.ts';
import type { Audit } from './audit.ts';
import { filledColumns } from './format/column.ts';
import { byName } from './format/order.ts';
import { printable } from './format/printable.ts';
import { durationText, plural } from './format/time.ts';
import { scoreOf } from './format/score.ts';

/** What a report is made from. The document alone is enough; the audit adds what the histories recorded. */
export interface ReportSubject {
  readonly document: RunDocument;
  readonly audit?: Audit | undefined;
  /** Of the runbook, for their titles and order. */
  readonly phases?: Runbook['phases'] | undefined;
}

const usualPhases: Runbook['phases'] = ['inspected', 'issued', 'delivered', 'proven'].map((id) => ({
  id,
  title: id === 'delivered' ? 'delivered, not proven' : id,
  ifStopped: '',
}));

/** The phases of the runbook; where it is not at hand, those that runs have told of most, and whatever else the devices name. */
export function phasesOf({ document, phases }: ReportSubject): Runbook['phases'] {
  if (phases !== undefined && phases.length > 0) return phases;
  const named = new Set(document.devices.map((device) => device.phase).filter((id) => id !== ''));
  const others = [...named]
    .filter((id) => !usualPhases.some((phase) => phase.id === id))
    .map((id) => ({ id, title: id, ifStopped: '' }));
  return [...usualPhases.filter((phase) => named.has(phase.id) || phase.id === 'proven'), ...others];
}

export function outcomeLabel(document: RunDocument): string {
  const labels: Record<RunDocument['outcome'], string> = {
    running: 'running',
    waiting: 'waits for a person',
    done: 'done',
    'devices-left': 'closed, some devices left',
    cancelled: 'cancelled',
    refused: 'refused before anything was touched',
    failed: 'failed',
    unknown: 'outcome unknown',
  };
  return document.paused === undefined ? labels[document.outcome] : 'paused';
}

/** Fields of a device that the report shows in a place of their own, or that are too long for a table. */
const notInTable = [
  'uuid',
  'name',
  'address',
  'status',
  'phase',
  'proven',
  'step',
  'question',
  'note',
  'leftToDo',
  'held',
  'hold',
  'meanwhile',
];

/** The columns of the device table, as the runbook has them; a manager that is the same for all is not repeated. */
export function deviceColumns({ devices }: Pick<RunDocument, 'devices'>): string[] {
  const managers = new Set(devices.map((device) => device['manager']));
  return filledColumns(devices, managers.size > 1 ? notInTable : [...notInTable, 'manager']);
}

/** What a device is that has come to the last phase, and what that says. */
export function goalOf({ phases }: Pick<RunDocument, 'phases'>): Runbook['phases'][number] {
  return phases.at(-1) ?? { id: 'proven', title: 'proven', ifStopped: '' };
}

/** `8 devices: 2 proven, 5 finished and not proven, 1 left for a person`. */
export function deviceSentence(document: RunDocument): string {
  const { devices } = document;
  const proven = devices.filter((device) => device.status === 'done' && device.proven).length;
  const score = scoreOf(devices);
  const goal = goalOf(document).title;
  const open = score.running + score.waiting + score.notStarted;
  const parts = [
    `${proven} ${goal}`,
    `${score.done - proven} finished and not ${goal}`,
    ...(score.failed > 0 ? [`${score.failed} left for a person`] : []),
    ...(open > 0 ? [`${open} not finished`] : []),
  ];
  return `${devices.length} ${plural(devices.length, 'device')}: ${parts.join(', ')}.`;
}

/** The instant of which a report tells: the end of the run, else when its histories were read. */
export function toldAt({ document, audit }: ReportSubject): Date {
  return new Date(document.endedAt ?? audit?.readAt ?? document.startedAt);
}

export function tookText(document: RunDocument): string {
  if (document.endedAt === undefined) return 'not closed';
  return durationText(new Date(document.endedAt).getTime() - new Date(document.startedAt).getTime());
}

/** Generated once, which is the point; anything else is said loudly. */
export function generationSentence(count: unknown): string | undefined {
  if (typeof count !== 'number') return undefined;
  if (count === 0) return 'No new CA was made by this run.';
  return count === 1
    ? 'Generated once.'
    : `Generated ${count} times: every generation after the first makes another CA.`;
}

/** Decisions of the document; the report shows them in order of time. */
export function decisionsOf(document: RunDocument): Decision[] {
  return [...document.decisions].sort((a, b) => a.at.localeCompare(b.at));
}

/** What is left for the run as a whole: without the lines that stand at the devices already. */
export function ownLeftToDo(document: RunDocument): string[] {
  const ofDevices = new Set(
    document.devices.flatMap((device) => device.leftToDo.map((text) => `${device.name}: ${text}`)),
  );
  return document.leftToDo.filter((text) => !ofDevices.has(text));
}

/** What is left on devices: each text once, with the names of the devices it holds for. */
export function leftByText(
  document: RunDocument,
): { readonly text: string; readonly boxes: readonly string[] }[] {
  const boxes = new Map<string, string[]>();
  for (const device of byName(document.devices)) {
    for (const text of device.leftToDo) boxes.set(text, [...(boxes.get(text) ?? []), device.name]);
  }
  return [...boxes].map(([text, names]) => ({ text, boxes: names }));
}

/** What people told the run, notes apart: what was done, and what it refused with its reason. */
export function commandsOf(document: RunDocument): Decision[] {
  const refused = (document.refused ?? []).map(({ refused: why = '', ...one }) => ({
    ...one,
    verb: `${one.verb}, refused`,
    reason: why,
  }));
  return [...document.decisions.filter(({ verb }) => verb !== 'note'), ...refused].sort((a, b) =>
    a.at.localeCompare(b.at),
  );
}

/** What was typed at a prompt, as it stands behind a decision; empty where nothing was. */
export function typedNote(decision: Decision): string {
  const text = typedText(decision);
  return text === '' ? '' : ` ${printable(text)}`;
}
