import { Context } from '@temporalio/activity';
import type { ActionResult, Beat } from '../workflows/contract.ts';

/** By activity: what it has done so far of its stretch. */
const done = new WeakMap<Context, ActionResult>();

/** From here on every beat carries it, so that nothing of it is in doubt when the worker is lost. */
export function noteDone(result: ActionResult): void {
  done.set(Context.current(), result);
}

/** Says "still alive", and how far it got. */
export function beat(text: string): void {
  const context = Context.current();
  const soFar = done.get(context);
  context.heartbeat({ text, ...(soFar === undefined ? {} : { done: soFar }) } satisfies Beat);
}
