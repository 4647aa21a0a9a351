import { asRunbookError } from '../../../errors/index.ts';
import type { CheckedFleet, CheckedMember } from '../../client/fleet-files.ts';
import type { PlannedMember } from '../../client/fleet-plan-file.ts';
import type { Session } from '../../client/session.ts';
import { startPlan } from '../../client/start-plan.ts';
import { plural, utcCompact } from '../../../report/index.ts';
import { onInterrupt } from './interrupt.ts';
import { say } from './print.ts';

export interface FleetLook {
  readonly planned: readonly PlannedMember[];
  /** Members whose look came to no plan at all. */
  readonly unseen: readonly { readonly name: string; readonly why: string }[];
}

/**
 * Has the worker look at the boxes of every member: each look is a workflow of its own, as many at once as members may be at work.
 * Ctrl-C ends the looks.
 * @returns undefined when it was interrupted
 */
export async function lookAtFleet(session: Session, checked: CheckedFleet): Promise<FleetLook | undefined> {
  const planned: PlannedMember[] = [];
  const unseen: { name: string; why: string }[] = [];
  const interrupt = onInterrupt();
  const { members } = checked;
  const queue = members.values();
  say(
    `Looking at ${members.length} ${plural(members.length, 'member')}, ${checked.fleet.limits.fmcs} at once; Ctrl-C ends it`,
  );
  const lane = async (): Promise<void> => {
    for (const member of queue) {
      if (interrupt.signal.aborted) return;
      try {
        const plan = await look(session, checked, member, interrupt.signal);
        if (plan !== undefined) planned.push({ name: member.name, plan });
      } catch (thrown) {
        unseen.push({ name: member.name, why: asRunbookError(thrown).message });
      }
      const made = planned.length + unseen.length;
      say(`${utcCompact(new Date())} ${member.name}: looked at (${made} of ${members.length})`);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(checked.fleet.limits.fmcs, members.length) }, lane));
  } finally {
    interrupt.release();
  }
  if (interrupt.signal.aborted) return undefined;
  const place = ({ name }: { name: string }): number => members.findIndex((one) => one.name === name);
  return { planned: planned.sort((a, b) => place(a) - place(b)), unseen };
}

async function look(
  session: Session,
  checked: CheckedFleet,
  { files, options }: CheckedMember,
  signal: AbortSignal,
): Promise<PlannedMember['plan'] | undefined> {
  const share = Math.max(
    1,
    Math.floor(checked.lanes / Math.min(checked.fleet.limits.fmcs, checked.members.length)),
  );
  const started = await startPlan(session.client, files, { ...options, lanes: share });
  const end = async (): Promise<void> => {
    await session.client.workflow
      .getHandle(started.workflowId)
      .cancel()
      .catch(() => undefined);
  };
  const interrupted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => {
      void end().then(() => {
        resolve(undefined);
      });
    });
  });
  return await Promise.race([started.result(), interrupted]);
}
