import { RunbookError } from '../errors/index.ts';
import { CommandLine } from './dialogue/command-line.ts';
import type { RootShellParts } from './dialogue/root-shell.ts';
import { Terminal } from './dialogue/terminal.ts';
import { walkToGoal } from './dialogue/walk.ts';
import type { Watch } from './dialogue/watch.ts';
import { chooseFileWay } from './files/choose.ts';
import { RootFiles } from './files/root-files.ts';
import { Files } from './files/shown-first.ts';
import { logIn, type Connect } from './logins/log-in.ts';
import type { LoginOutcome, Logins } from './logins/logins.ts';
import { createMask } from './masking.ts';
import type { ApplianceProfile } from './profile.ts';
import { NoRoom, type Passage } from './routes/jump-host.ts';
import type { Routes } from './routes/routes.ts';
import type { Endpoint, FileWay } from './session.ts';
import type { LoginWatch } from './transport/ssh.ts';
import type { Connection } from './transport/transport.ts';

/** A session at the root sentinel of a box. */
export interface OpenSession extends RootShellParts {
  readonly isDead: boolean;
  /** Nobody uses it just now: `close` may be called to make room for another box behind the same jump host. */
  rest(close: () => void): void;
  wake(): void;
  /** The jump host on its way has gone: what all boxes behind it have in common. */
  lostOnTheWay(): string | undefined;
  close(): void;
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
  readonly watch?: SessionWatch;
}

/** Told of everything on the way in. Only `bytes` is as the box sent it, secrets and all. */
export interface SessionWatch extends LoginWatch {
  walk: Watch;
  bytes(chunk: Buffer): void;
}

/** Goes all the way from nothing to the root sentinel. Whatever fails, nothing is left open. */
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
          return await walkIn(endpoint, options, connection, secrets, passage);
        } catch (error) {
          connection.close();
          throw error;
        }
      }, signal);
    } catch (error) {
      passage?.leave();
      if (error instanceof NoRoom) continue;
      throw withDevice(error, endpoint);
    }
  }
}

/** From a fresh connection to the sentinel. */
async function walkIn(
  endpoint: Endpoint,
  { profile, logins, signal, knownFileWay, ask, watch }: OpenOptions,
  connection: Connection,
  secrets: string[],
  passage: Passage | undefined,
): Promise<OpenSession> {
  const mask = (text: string): string => createMask(secrets)(text);
  const { credential } = endpoint;
  const stream = await connection.openShell(profile.dialogue.terminal);
  if (watch !== undefined) stream.onData((chunk) => watch.bytes(chunk));
  const terminal = new Terminal(stream, endpoint.name, mask);
  const commandLine = new CommandLine(terminal, profile);
  const root = new RootFiles(endpoint.name, profile, commandLine, mask);
  let settle: ((outcome: LoginOutcome) => void) | undefined;
  try {
    const arrival = await walkToGoal(terminal, {
      dialogue: profile.dialogue,
      secret: async (kind) => {
        const password = await credential.password();
        const text = kind === 'password' ? password : await credential.sudoPassword();
        secrets.push(text);
        // The box has accepted the one; it says nothing of the other.
        if (text !== password) settle ??= await logins.takeTurn(endpoint, 'sudo', signal);
        return text;
      },
      ...(signal === undefined ? {} : { signal }),
      ...(ask === undefined ? {} : { ask }),
      ...(watch === undefined ? {} : { watch: watch.walk }),
    });
    settle?.('accepted');
    await commandLine.setUp(root.setUp, signal);
    const login = { username: credential.username, landedIn: arrival.states[0] ?? '' };
    const files = new Files(root, () => chooseFileWay(root, connection, login, knownFileWay));
    return {
      device: endpoint.name,
      commandLine,
      files,
      arrival,
      mask,
      get isDead() {
        return commandLine.isDead || connection.isClosed;
      },
      rest: (close) => passage?.rest(close),
      wake: () => passage?.wake(),
      lostOnTheWay: () => (passage?.isClosed === true ? passage.hop.name : undefined),
      close() {
        commandLine.leave();
        terminal.close();
        connection.close();
        passage?.leave();
      },
    };
  } catch (error) {
    // Frozen before the turn ends: the next one in the line must already see it.
    logins.note(endpoint, error);
    settle?.('unknown');
    throw error;
  }
}

function withDevice(error: unknown, endpoint: Endpoint): unknown {
  if (error instanceof RunbookError) {
    error.context.device ??= endpoint.name;
    error.context.address ??= `${endpoint.host}:${endpoint.port}`;
  }
  return error;
}
