/** What tests of people at a run need: doors that actions wait at, and updates as people send them. */
import type { DecisionAnswer, DecisionInput, UpdateName } from '../../workflows/contract.ts';
import type { FakeWorld } from './fake-world.ts';

/** A door that an action waits at until the test opens it. */
export function door(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

/** Sends an update to a run, by ann unless somebody else is named. */
export const tell = (
  world: FakeWorld,
  workflowId: string,
  verb: UpdateName,
  input: Partial<DecisionInput> = {},
  updateId?: string,
): Promise<DecisionAnswer> =>
  world.server.client.workflow.getHandle(workflowId).executeUpdate<DecisionAnswer, [DecisionInput]>(verb, {
    args: [{ by: 'ann', ...input }],
    ...(updateId === undefined ? {} : { updateId }),
  });

export const called = (world: FakeWorld, action: string, device?: string): number =>
  world.calls.filter(
    (call) => call.action === action && (device === undefined || call.input.target?.name === device),
  ).length;
