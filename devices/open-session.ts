import { RunbookError } from '../errors/index.ts';
import type { RootShellParts } from './dialogue/root-shell.ts';
import type { Watch } from './dialogue/watch.ts';
import { logIn, type Connect } from './logins/log-in.ts';
import type { Logins } from './logins/logins.ts';
import type { ApplianceProfile } from './profile.ts';
import { NoRoom } from './routes/jump-host.ts';
import type { Routes } from './routes/routes.ts';
import type { Endpoint, FileWay } from './session.ts';
import { AtPrompt, type Standing } from './standing.ts';
import type { LoginWatch } from './transport/ssh.ts';
import { WayIn, type LoggedIn } from './way-in.ts';

/** A session at the root sentinel of a box. */
export interface OpenSession extends RootShellParts {
  readonly isDead: boolean;
  /** Nobody uses it just now: `close` may be called to make room for another box behind the same jump host. */
  rest(close: () => void): void;
  wake(): void;
  /** The jump host on its way has gone: what all boxes behind it have in common. */
  lostOnTheWay(): string | undefined;
  /** A command of it waits at a prompt: the session as one that stands there. `error`: what the command ended with. */
  standing(error: RunbookError): Standing;
  /** Ends when nothing of it is open any more on the box. */
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly profile: ApplianceProfile;
  readonly logins: Logins;
  readonly routes: Routes;
  readonly connect?: Connect;
  readonly signal?: AbortSignal;
  /** The way that was proven on this box before. */
  readonly knownFileWay?: FileWay;
  /** See {@link Sessions.withRoot}. */
  readonly ask?: readonly string[];
  /** Leave it standing at an unknown prompt: then {@link AtPrompt} is thrown. */
  readonly keep?: boolean;
  readonly watch?: SessionWatch;
}

/** Told of everything on the way in. Only `bytes` is as the box sent it, secrets and all. */
export interface SessionWatch extends LoginWatch {
  walk: Watch;
  bytes(chunk: Buffer): void;
}

/** Goes all the way from nothing to the root sentinel. Whatever fails, nothing is left open but what {@link AtPrompt} carries. */
export async function openSession(endpoint: Endpoint, options: OpenOptions): Promise<OpenSession> {
  const { logins, routes, profile, signal } = options;
  for (;;) {
    logins.checkFrozen(endpoint);
    // First the way, then the login: who waits for a way holds up no login.
    const passage = await routes.take(endpoint, signal);
    try {
      return await logins.within(async () => {
        const secrets: string[] = [];
        const stream = await passage?.open(endpoint.host, endpoint.port, profile.timeouts.connect);
        const connection = await logIn(endpoint, { ...options, stream, secrets });
        try {
          return await walkIn(endpoint, options, { connection, secrets, passage });
        } catch (error) {
          if (!(error instanceof AtPrompt)) connection.close();
          throw error;
        }
      }, signal);
    } catch (error) {
      if (error instanceof AtPrompt) throw error;
      passage?.leave();
      if (error instanceof NoRoom) continue;
      throw withDevice(error, endpoint);
    }
  }
}

/** From a fresh connection to the sentinel; closes nothing. */
async function walkIn(
  endpoint: Endpoint,
  options: OpenOptions,
  loggedIn: Omit<LoggedIn, 'shell'>,
): Promise<OpenSession> {
  const { profile, watch } = options;
  const shell = await loggedIn.connection.openShell(profile.dialogue.terminal);
  if (watch !== undefined) shell.onData((chunk) => watch.bytes(chunk));
  return await new WayIn(endpoint, options, { ...loggedIn, shell }).go();
}

function withDevice(error: unknown, endpoint: Endpoint): unknown {
  if (error instanceof RunbookError) {
    error.context.device ??= endpoint.name;
    error.context.address ??= `${endpoint.host}:${endpoint.port}`;
  }
  return error;
}
