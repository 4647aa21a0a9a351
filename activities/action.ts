import { Context } from '@temporalio/activity';
import { RunbookError } from '../errors/index.ts';
import type { AtUnknownPrompt, Endpoint, RootShell, Typed } from '../devices/index.ts';
import { proveIdentity } from './box/identity.ts';
import type { ActivityDeps } from './deps.ts';
import { beat } from './heartbeat.ts';
import {
  promptKeys,
  type ActionInput,
  type ActionResult,
  type TargetRef,
  type TypedAnswer,
} from '../workflows/contract.ts';

/** One action: what it does with its input. It throws RunbookError; what that means for the run is decided elsewhere. */
export type Action = (input: ActionInput, deps: ActivityDeps) => Promise<ActionResult>;

/** How often a living activity says so: three times before it would be taken for lost, and as soon it hears of a cancel. */
const beatEveryMs = 3_000;

/**
 * Says "still alive" while `work` goes on; `progress` is what the next beat carries. Each beat is a write to the server's database: what
 * is over before the first one is due needs none.
 */
export async function beating<T>(work: (progress: (text: string) => void) => Promise<T>): Promise<T> {
  let text = '';
  const timer = setInterval(() => {
    beat(text);
  }, beatEveryMs);
  try {
    return await work((next) => {
      text = next;
    });
  } finally {
    clearInterval(timer);
  }
}

/** Pause inside an activity; ends at once when the activity is cancelled or its worker stops. */
export async function pause(ms: number): Promise<void> {
  await Context.current().sleep(ms);
}

/**
 * Gives `use` the root shell of a target that the inventory knows; its UUID is proven first where the target names one. A target
 * that could not say before what it is says it now, and is talked to as a box of that family.
 */
export async function onBox<T>(
  deps: ActivityDeps,
  input: ActionInput,
  target: TargetRef | undefined,
  use: (shell: RootShell) => Promise<T>,
  /** Names of asks of the profile that are wanted as they are now, see `Sessions.withRoot`. */
  ask: readonly string[] = [],
): Promise<T> {
  if (target?.entry === undefined) {
    throw new RunbookError(
      'INPUT_MISSING',
      `${target?.name ?? 'The box'} is not in the inventory, so there is no way to log in to it.`,
      {
        device: target?.name ?? '',
        remedy: 'Add it to the inventory and make a new plan, or serve it by hand.',
      },
    );
  }
  const { entry } = target;
  const endpoint = await deps.endpoint(input, entry, target.family);
  if (input.refusals !== undefined) deps.sessions.hear(input.refusals);
  const signal = Context.current().cancellationSignal;
  const prompt = await atUnknownPrompt(deps, input, endpoint);
  try {
    const first = await deps.sessions.withRoot(
      endpoint,
      async (shell): Promise<{ value: T } | { family: string }> => {
        if (target.uuid === undefined) return { value: await use(shell) };
        const { family } = await proveIdentity(shell, target);
        if (target.family !== undefined || family === '' || family === endpoint.family)
          return { value: await use(shell) };
        return { family };
      },
      { signal, ask, prompt },
    );
    if ('value' in first) return first.value;
    proveNoManager(first.family, target, input.manager);
    return await deps.sessions.withRoot(
      await deps.endpoint(input, entry, first.family),
      async (shell) => {
        // Another login may have happened in between.
        await proveIdentity(shell, target);
        return await use(shell);
      },
      { signal, ask, prompt },
    );
  } catch (thrown) {
    throw firstRefusal(thrown, endpoint.name);
  }
}

/** What becomes of the session at an unknown prompt, and what a person has answered where one stands on this box already. */
async function atUnknownPrompt(
  deps: ActivityDeps,
  input: ActionInput,
  { host, port }: Endpoint,
): Promise<AtUnknownPrompt> {
  const { standing, mayStand = false, askedFor, patient = false } = input;
  if (standing?.box !== `${host}:${String(port)}`)
    return {
      keep: mayStand,
      patient,
      ...(askedFor === true && standing === undefined ? { anew: true } : {}),
    };
  const { id, screen, answer } = standing;
  return {
    keep: mayStand,
    patient,
    standing: id,
    ...(answer === undefined ? {} : { answer: { screen, typed: await typedAs(deps, input, answer) } }),
  };
}

async function typedAs(deps: ActivityDeps, input: ActionInput, answer: TypedAnswer): Promise<Typed> {
  const { send, raw, key, credential } = answer;
  if (credential !== undefined) return { text: `${await deps.secret(input, credential)}\r`, secret: true };
  if (send !== undefined) return { text: `${send}\r`, secret: false };
  return { text: raw ?? promptKeys[key ?? ''] ?? '', secret: false };
}

/**
 * As {@link onBox}, for what only reads: a session that ends in the middle (a jump host that dies, a box that logs out who is idle) is
 * opened once more, and the look begins anew.
 */
export async function lookAtBox<T>(...look: Parameters<typeof onBox<T>>): Promise<T> {
  try {
    return await onBox(...look);
  } catch (thrown) {
    if (!(thrown instanceof RunbookError) || thrown.code !== 'SESSION_LOST') throw thrown;
    return await onBox(...look);
  }
}

/** What could not be asked when the devices were listed may turn out to be a manager; it is not treated as a device. */
function proveNoManager(family: string, target: TargetRef, manager: TargetRef | undefined): void {
  if (family !== manager?.family || target.uuid === manager.uuid) return;
  throw new RunbookError(
    'DEVICE_WRONG_BOX',
    `${target.name} says now that it is a ${family}, a manager and no device.`,
    { device: target.name, state: 'Nothing was changed on it.' },
  );
}

/**
 * Does the worker of the device's site reach its manager too? Asked where the two lie in different sites: whoever brings a device its
 * set reads it from the manager.
 */
export async function proveManagerInReach(deps: ActivityDeps, input: ActionInput): Promise<void> {
  if (!isAcrossSites(input)) return;
  await onBox(deps, input, input.manager, () => Promise.resolve());
}

export function isAcrossSites({ target, manager }: Pick<ActionInput, 'target' | 'manager'>): boolean {
  return manager !== undefined && target?.site !== manager.site;
}

/** A box that refused before is named by what it said then, not by our not asking it again. */
function firstRefusal(thrown: unknown, name: string): unknown {
  if (!(thrown instanceof RunbookError) || thrown.code !== 'DEVICE_CREDENTIAL_FROZEN') return thrown;
  const { cause } = thrown;
  if (!(cause instanceof RunbookError) || cause.context.device !== name) return thrown;
  return new RunbookError(cause.code, `${cause.message} It was not asked again.`, cause.context, { cause });
}

/** Parameters as the runbook gave them. Throws ENGINE_INTERNAL when one is missing: a fault of the runbook, not of a box. */
export function textParam(input: ActionInput, name: string): string {
  const value = input.params[name];
  if (typeof value !== 'string')
    throw new RunbookError('ENGINE_INTERNAL', `The step ${input.step} gives no text "${name}".`);
  return value;
}

// The caller names the shape that an earlier step gave; payloads are JSON of our own making.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- one cast here instead of one at each caller
export function objectParam<T>(input: ActionInput, name: string): T {
  const value = input.params[name];
  if (typeof value !== 'object' || value === null)
    throw new RunbookError('ENGINE_INTERNAL', `The step ${input.step} gives no "${name}".`);
  return value as T;
}
