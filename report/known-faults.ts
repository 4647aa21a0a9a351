import type { Finding, KnownFault, Question } from '../workflows/contract.ts';
import { names } from './format/names.ts';
import { printable } from './format/printable.ts';
import { byName } from './format/order.ts';
import { utc } from './format/time.ts';

/** Where a document names the known faults that were met. */
export interface FaultyDocument {
  readonly findings: readonly Finding[];
  readonly questions?: readonly Question[];
  readonly faults?: readonly KnownFault[];
}

/** A box on which a fault was met, with the newest line that showed it. */
export interface FaultyBox {
  readonly name: string;
  readonly uuid: string;
  readonly line: string;
  readonly at: string | null;
  /** It has been proven since. */
  readonly isSettled: boolean;
}

/** A known fault with every box it was met on, and the text for a case at Cisco TAC. */
export interface FaultMet {
  readonly fault: KnownFault;
  readonly boxes: readonly FaultyBox[];
  readonly tac: string;
  /** All of the boxes have been proven since: nothing is left to do. */
  readonly isSettled: boolean;
}

/** What stands in place of what is to be done. */
export const settledText = 'Nothing is left to do: every box that showed it has been proven since.';

/** The known faults of a document in the order of their first meeting, each once, with its boxes by name. Harmless to show. */
export function faultsMet(document: FaultyDocument): FaultMet[] {
  const meanings = new Map((document.faults ?? []).map((fault) => [fault.id, fault]));
  const boxes = new Map<string, Map<string, FaultyBox>>();
  for (const one of [...document.findings, ...(document.questions ?? [])]) {
    const { fault, box, uuid } = one;
    if (fault === undefined || !meanings.has(fault.id)) continue;
    const own = boxes.get(fault.id) ?? new Map<string, FaultyBox>();
    boxes.set(fault.id, own);
    const before = own.get(box);
    if (before === undefined || (fault.at ?? '') >= (before.at ?? ''))
      own.set(box, {
        name: printable(box),
        uuid: printable(uuid ?? before?.uuid ?? ''),
        line: printable(fault.line),
        at: fault.at,
        isSettled: 'settled' in one && one.settled,
      });
  }
  return [...boxes].flatMap(([id, own]) => {
    const fault = meanings.get(id);
    const on = byName([...own.values()]);
    const isSettled = on.every((one) => one.isSettled);
    return fault === undefined ? [] : [{ fault, boxes: on, tac: tacText(fault, on), isSettled }];
  });
}

/** The known fault of a question, as its document explains it. */
export function faultOf(question: Question, faults: readonly KnownFault[] = []): KnownFault | undefined {
  return faults.find(({ id }) => id === question.fault?.id);
}

/** More names than that help nobody who opens a case. */
const namedBoxes = 10;

function tacText(fault: KnownFault, boxes: readonly FaultyBox[]): string {
  const newest = [...boxes].sort((a, b) => (b.at ?? '').localeCompare(a.at ?? ''))[0];
  const list = (texts: readonly string[]): string => {
    const known = texts.filter((text) => text !== '');
    return known.length === 0 ? 'not known' : names(known, namedBoxes);
  };
  const values: Readonly<Record<string, string>> = {
    box: list(boxes.map(({ name }) => name)),
    uuid: list(boxes.map(({ uuid }) => uuid)),
    time: newest?.at == null ? '(time not known)' : utc(newest.at),
    line: newest === undefined || newest.line === '' ? '(no line)' : newest.line,
  };
  return printable(fault.tac).replace(/\{(box|uuid|time|line)\}/g, (_, name: string) => values[name] ?? '');
}
