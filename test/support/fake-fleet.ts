/** Fleets without boxes: many managers in a fake world, told apart by their inventories. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { memberPlan } from '../../cli/client/start-fleet.ts';
import type { ActionName } from '../../language/index.ts';
import { loadRunbook } from '../../loader/index.ts';
import type {
  DecisionAnswer,
  DecisionInput,
  FleetDocument,
  FleetInput,
  FleetMember,
  Plan,
  UpdateName,
} from '../../workflows/contract.ts';
import { patience, withFakeWorld, type FakeAction, type FakeWorld } from './fake-world.ts';
import { tell } from './told.ts';
import { untilSeen } from './until.ts';

export interface FakeFleet {
  readonly world: FakeWorld;
  readonly id: string;
  readonly members: readonly FleetMember[];
  start(): ReturnType<Client['workflow']['start']>;
  state(): Promise<FleetDocument>;
  until(holds: (document: FleetDocument) => boolean): Promise<FleetDocument>;
  result(): Promise<FleetDocument>;
  tell(verb: UpdateName, input?: Partial<DecisionInput>): Promise<DecisionAnswer>;
  /** Plan and options of a member, for a run of its own. */
  single(name: string): { readonly plan: Plan; readonly run: string };
}

/** The name of the member that an action was called for. */
export function memberOf(input: { readonly inventory: { readonly inventory: string } }): string {
  return input.inventory.inventory.replace(/^\/|\.csv$/g, '');
}

export type FleetLayout = Partial<Pick<FleetInput, 'limits' | 'canary'>> & {
  /** Members are called m1, m2, …; their orders. */
  readonly orders?: readonly number[];
  /** Over the defaults of the runbook. */
  readonly inputs?: FleetMember['options']['inputs'];
};

/** Runs `use` with a fleet of `count` members of `devices` devices each, whose actions answer as `answers` say. */
export async function withFakeFleet(
  count: number,
  devices: number,
  answers: Record<ActionName, FakeAction>,
  layout: FleetLayout,
  use: (fleet: FakeFleet) => Promise<void>,
): Promise<void> {
  const loaded = loadRunbook('renew-sftunnel-ca');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues));
  await withFakeWorld(devices, answers, async (world) => {
    const { client } = world.server;
    const plan = memberPlan(await world.plan());
    const mark = randomUUID().slice(0, 8);
    const inputs = Object.fromEntries(
      Object.entries(loaded.runbook.inputs).map(([name, spec]) => [name, spec.default]),
    );
    const members = Array.from({ length: count }, (_, at): FleetMember => {
      const name = `m${String(at + 1)}`;
      return {
        name,
        order: layout.orders?.[at] ?? 0,
        inventory: { inventory: `/${name}.csv`, digest: 'd' },
        options: { inputs: { ...inputs, ...layout.inputs }, accepted: [], lanes: 64 },
        plan: { ...plan, runId: `renew/${mark}-${name}`, manager: { ...plan.manager, name: `fmc-${name}` } },
        devices,
      };
    });
    const input: FleetInput = {
      fleet: { name: mark, digest: 'd', file: '/fleet.yaml' },
      runbook: loaded.runbook,
      runbookDigest: loaded.digest,
      members,
      leftOut: [],
      limits: { fmcs: 4, devices: 64, budget: 0 },
      startedBy: { identity: 'tester', approval: 'unattended' },
      ...(layout.limits === undefined ? {} : { limits: layout.limits }),
      ...(layout.canary === undefined ? {} : { canary: layout.canary }),
    };
    const id = `fleet/${mark}`;
    const handle = client.workflow.getHandle(id);
    const fleet: FakeFleet = {
      world,
      id,
      members,
      start: () =>
        client.workflow.start('fleetRun', { taskQueue: world.queue, workflowId: id, args: [input] }),
      state: () => handle.query<FleetDocument>('state'),
      until: (holds) => untilSeen('the fleet', () => fleet.state(), holds, patience),
      result: async () => (await handle.result()) as FleetDocument,
      tell: (verb, given) => tell(world, id, verb, given),
      single: (name) => {
        const member = members.find((one) => one.name === name);
        if (member === undefined) throw new Error(`no member ${name}`);
        return { plan: member.plan, run: member.plan.runId };
      },
    };
    await use(fleet);
  });
}
