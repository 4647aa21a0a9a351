import type { Client } from '@temporalio/client';
import {
  workflowTypes,
  type FleetDocument,
  type FleetInput,
  restsUntil,
  settlesItself,
  type FleetQuestion,
  type MemberState,
  type RunDocument,
} from '../../workflows/contract.ts';
import { scoreOf } from '../../report/index.ts';
import { describeRun, readRun, recordOf, type RunReading, type RunRecord } from './read-run.ts';
import { readStartInput } from './run-input.ts';

/** The fleet with what its open members say of themselves at this moment: they tell the fleet only what a person must know. */
export type LiveFleet = Omit<FleetDocument, 'members'> & {
  readonly members: readonly (MemberState & { readonly step: string | null })[];
};

/** Members asked at once. */
const width = 16;

/** Is this run a fleet? */
export async function isFleet(client: Client, workflowId: string): Promise<boolean> {
  return (await describeRun(client, workflowId)).type === workflowTypes.fleet;
}

/** As `readRun`; the members that are open are asked too. Never wakes a worker. */
export async function readFleet(
  client: Client,
  workflowId: string,
  readMember: typeof readRun<RunDocument> = readRun,
): Promise<RunReading<LiveFleet>> {
  const reading = await readRun<FleetDocument>(client, workflowId);
  if (reading.from === 'record') return reading;
  const { document } = reading;
  if (reading.closed) return { ...reading, document: live(document, new Map()) };
  const open = document.members.filter(({ status }) => status === 'running' || status === 'parked');
  const asked = await inLanes(open, async ({ name, run }) => {
    const member = await readMember(client, run).catch(() => undefined);
    return [name, member?.from === 'worker' ? member.document : undefined] as const;
  });
  return { ...reading, document: live(document, new Map(asked)) };
}

function live(document: FleetDocument, members: ReadonlyMap<string, RunDocument | undefined>): LiveFleet {
  return {
    ...document,
    members: document.members.map((state) => {
      const own = members.get(state.name);
      if (own === undefined) return { ...state, step: null };
      const phases: Record<string, number> = {};
      for (const { phase } of own.devices) phases[phase] = (phases[phase] ?? 0) + 1;
      return {
        ...state,
        restsUntil: restsUntil(own),
        score: own.devices.length === 0 ? state.score : scoreOf(own.devices),
        phases,
        status: own.outcome === 'waiting' ? 'parked' : state.status,
        asking: own.questions.length,
        step: stepText(own),
      };
    }),
    questions: [
      ...document.questions.filter(({ member }) => member === undefined || members.get(member) === undefined),
      ...[...members].flatMap(([member, own]) =>
        (own?.questions ?? []).map((question): FleetQuestion => ({
          ...question,
          run: own?.run ?? '',
          member,
        })),
      ),
      // First what somebody has to answer.
    ].sort((a, b) => Number(settlesItself(a)) - Number(settlesItself(b))),
  };
}

/** What it is at, or what it waits for by itself, such as the end of a task. */
function stepText({ steps }: RunDocument): string | null {
  const step =
    steps.findLast(({ status }) => status === 'running') ??
    steps.findLast(({ status }) => status === 'waiting');
  if (step === undefined) return null;
  return step.status === 'waiting' ? `waits: ${step.note ?? step.title}` : step.title;
}

/** What the server knows of a fleet's members while no worker answers. */
export interface MemberRecord {
  readonly name: string;
  readonly run: string;
  /** Absent where it was not begun. */
  readonly record?: RunRecord;
}

export async function readMemberRecords(client: Client, fleet: RunRecord): Promise<MemberRecord[]> {
  const input = await readStartInput<FleetInput>(client, fleet.run);
  return await inLanes(input?.members ?? [], async ({ name, plan }) => {
    const description = await describeRun(client, plan.runId).catch(() => undefined);
    const isOfThis =
      description !== undefined &&
      (description.closeTime === undefined || description.startTime.toISOString() >= fleet.startedAt);
    return { name, run: plan.runId, ...(isOfThis ? { record: recordOf(description) } : {}) };
  });
}

async function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [at, item] of queue) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return results;
}
