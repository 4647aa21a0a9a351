/** Runs that restart every living tunnel for the proof, on made-up boxes: for tests of what holds restarts back. */
import type { Question, RunDocument, RunOptions } from '../../workflows/contract.ts';
import { deviceUuid, failWith, type goodAnswers, type FakeWorld } from './fake-world.ts';

type Answers = ReturnType<typeof goodAnswers>;

/** Names of the devices that were restarted, in order. */
export const restarted = (world: FakeWorld): string[] =>
  world.calls.filter(({ action }) => action === 'restartTunnel').map(({ input }) => input.target?.name ?? '');

/** A run that restarts every living tunnel for the proof. */
export async function startProof(
  world: FakeWorld,
  inputs: RunOptions['inputs'],
  lanes = 1,
): Promise<Awaited<ReturnType<FakeWorld['start']>>> {
  const plan = await world.plan();
  return await world.start(plan, { lanes, inputs: { ...plan.inputs, proof: 'all', ...inputs } });
}

/** The question with which the run itself holds the stage back. */
export const holding = ({ questions }: RunDocument): Question | undefined =>
  questions.find(({ step }) => step === 'prove');

export async function held(
  world: FakeWorld,
  run: string,
): Promise<{ document: RunDocument; question: Question }> {
  const document = await world.until(
    run,
    (one) => holding(one) !== undefined && !one.devices.some(({ status }) => status === 'running'),
  );
  return { document, question: holding(document) as Question };
}

/** Devices (from 1) whose tunnel does not come back; `mend` heals them. */
export function broken(answers: Answers, ...numbers: number[]): { mend(): void } {
  let isBroken = true;
  answers.verifyTunnel = (input) =>
    isBroken && numbers.some((n) => deviceUuid(n) === input.target?.uuid)
      ? failWith('TUNNEL_DOWN', 'the tunnel does not come back')
      : { facts: { up: true } };
  return {
    mend: () => {
      isBroken = false;
    },
  };
}

export const all = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `ftd-${String(from + index)}`);
