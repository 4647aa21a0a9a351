import {
  condition,
  currentUpdateInfo,
  defineSignal,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  decidedSignal,
  decideSignal,
  type DecisionAnswer,
  type DecisionInput,
  type ForwardedAnswer,
  type ForwardedDecision,
} from './contract.ts';
import type { Desk } from './desk.ts';
import type { DeviceAtWork } from './device-at-work.ts';
import type { Execution } from './stages.ts';

/** One device run, or one question of it, that a decision is passed on to. */
export interface Addressee {
  /** Workflow id of the device run. */
  readonly workflowId: string;
  /** Name of the box, for the answer. */
  readonly box: string;
  readonly input: DecisionInput;
}

/** Passes decisions on to the device runs that they are about, and comes back with what those answer, in the same order. */
export type PassOn = (verb: ForwardedDecision['verb'], to: readonly Addressee[]) => Promise<DecisionAnswer[]>;

const endedMeanwhile: DecisionAnswer = {
  accepted: false,
  text: 'The device run ended in this moment; see the status.',
};

/** Sets the handler of the answers; call it before the first await. */
export function createPassOn(execution: Execution): PassOn {
  const answers = new Map<string, DecisionAnswer>();
  setHandler(defineSignal<[ForwardedAnswer[]]>(decidedSignal), (given) => {
    for (const { id, ...answer } of given) answers.set(id, answer);
  });
  const isOpen = (workflowId: string): boolean =>
    [...execution.deviceRuns].some((run) => run.workflowId === workflowId);

  return async (verb, to) => {
    const update = currentUpdateInfo()?.id ?? '';
    const passed = to.map((one, at) => ({ ...one, id: `${update}/${String(at)}` }));
    await Promise.all(
      [...new Set(to.map(({ workflowId }) => workflowId))].map(async (workflowId) => {
        const own = passed.filter((one) => one.workflowId === workflowId);
        await getExternalWorkflowHandle(workflowId)
          .signal(
            defineSignal<[ForwardedDecision[]]>(decideSignal),
            own.map(({ id, input }) => ({ id, verb, input })),
          )
          // One that has just ended takes no signal any more; that is then its answer.
          .catch(() => undefined);
        await condition(() => own.every(({ id }) => answers.has(id)) || !isOpen(workflowId));
      }),
    );
    return passed.map(({ id }) => {
      const answer = answers.get(id) ?? endedMeanwhile;
      answers.delete(id);
      return answer;
    });
  };
}

/** Sets the handler of what the parent passes on; call it before the first await. */
export function takeForwarded(desk: Desk, devices: readonly DeviceAtWork[]): void {
  const answered = new Map<string, DecisionAnswer>();
  setHandler(defineSignal<[ForwardedDecision[]]>(decideSignal), async (given) => {
    const answers = given.map(({ id, verb, input }) => {
      const answer =
        answered.get(id) ??
        (input.question === undefined ? leaveOut(desk, devices, input) : desk.decide(verb, input));
      answered.set(id, answer);
      return { id, ...answer };
    });
    const { parent } = workflowInfo();
    if (parent === undefined) return;
    await getExternalWorkflowHandle(parent.workflowId)
      .signal(defineSignal<[ForwardedAnswer[]]>(decidedSignal), answers)
      .catch(() => undefined);
  });
}

/** Leaves a device out that has not been begun. */
function leaveOut(
  desk: Desk,
  devices: readonly DeviceAtWork[],
  { device, by, reason = '' }: DecisionInput,
): DecisionAnswer {
  const found = devices.find(({ key }) => key === device);
  const { status, step } = found?.news() ?? { status: 'done', step: '' };
  if (found === undefined || device === undefined || status !== 'waiting')
    return {
      accepted: false,
      text: `It is ${[status, step].filter((text) => text !== '').join(', ')} by now.`,
    };
  found.leaveOut(reason);
  desk.hold(device, undefined);
  desk.record({ by, verb: 'skip', box: found.name, reason });
  return { accepted: true, text: `skip: ${found.name} is not begun.` };
}
