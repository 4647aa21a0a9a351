/** What tests of people at a run need: doors that actions wait at, updates as people send them, and how the run stands then. */
import type {
  DecisionAnswer,
  DecisionInput,
  DeviceDocument,
  RunDocument,
  UpdateName,
} from '../../workflows/contract.ts';
import type { FakeWorld } from './fake-world.ts';
import type { TestServer } from './temporal.ts';

/** A made-up world, or a site with a lab. */
interface Place {
  readonly server: TestServer;
}

/** A door that an action waits at until the test opens it. */
export function door(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

/** Sends an update to a run, by ann unless somebody else is named. */
export const tell = (
  { server }: Place,
  workflowId: string,
  verb: UpdateName,
  input: Partial<DecisionInput> = {},
  updateId?: string,
): Promise<DecisionAnswer> =>
  server.client.workflow.getHandle(workflowId).executeUpdate<DecisionAnswer, [DecisionInput]>(verb, {
    args: [{ by: 'ann', ...input }],
    ...(updateId === undefined ? {} : { updateId }),
  });

export const called = (world: FakeWorld, action: string, device?: string): number =>
  world.calls.filter(
    (call) => call.action === action && (device === undefined || call.input.target?.name === device),
  ).length;

export const isWaiting = ({ outcome }: Pick<RunDocument, 'outcome'>): boolean => outcome === 'waiting';

/** What a run ends with. */
export const closed = async ({ server }: Place, run: string): Promise<RunDocument> =>
  (await server.client.workflow.getHandle(run).result()) as RunDocument;

export function deviceOf(document: RunDocument, name: string): DeviceDocument {
  const device = document.devices.find((candidate) => candidate.name === name);
  if (device === undefined) throw new Error(`the document has no ${name}`);
  return device;
}
