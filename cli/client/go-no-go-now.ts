import { readWindows, windowLook } from '../../loader/index.ts';
import { goNoGo, type GoNoGo } from '../../report/index.ts';
import type { Plan, WindowLook } from '../../workflows/contract.ts';

/** The go/no-go page of a plan as of this moment. `until`: end of the change window. */
export function goNoGoNow(plan: Plan, until?: Date): GoNoGo {
  return goNoGo(plan, { now: new Date(), until, windowLook: windowLookNow });
}

/** What windows say now, of an input that was checked. */
export function windowLookNow(windows: string, takesMs: number): WindowLook {
  const read = readWindows(windows);
  return typeof read === 'string' ? { kind: 'never' } : windowLook(read, new Date(), takesMs);
}
