import type { Decision } from './contract.ts';
import type { Desk } from './desk.ts';

/**
 * The part of a shard's desk that one device sees: its own questions and decisions, and whether it stands still itself. All else
 * (answers, pause, stop) is that of the whole desk.
 */
export function deskOfDevice(desk: Desk): Desk {
  const asked = new Set<string>();
  const recorded = new Set<Decision>();
  let waiting = 0;
  return {
    ...desk,
    ask(question) {
      asked.add(question.id);
      return desk.ask(question);
    },
    askFor(ms, question) {
      asked.add(question.id);
      return desk.askFor(ms, question);
    },
    askUnless(isOver, question) {
      asked.add(question.id);
      return desk.askUnless(isOver, question);
    },
    askUntil(isOther, question, ms) {
      asked.add(question.id);
      return desk.askUntil(isOther, question, ms);
    },
    open: () => (asked.size === 0 ? [] : desk.open().filter(({ id }) => asked.has(id))),
    decisions: () =>
      asked.size + recorded.size === 0
        ? []
        : desk.decisions().filter((decision) => recorded.has(decision) || asked.has(decision.question ?? '')),
    record(decision) {
      desk.record(decision);
      const last = desk.decisions().at(-1);
      if (last !== undefined) recorded.add(last);
    },
    async resumed(uuid) {
      waiting += 1;
      await desk.resumed(uuid);
      waiting -= 1;
    },
    held: () => waiting > 0,
  };
}
