import { RunbookError } from '../errors/index.ts';
import { CommandLine } from './dialogue/command-line.ts';
import type { RootShellParts } from './dialogue/root-shell.ts';
import { Terminal } from './dialogue/terminal.ts';
import { walkToGoal } from './dialogue/walk.ts';
import { chooseFileWay } from './files/choose.ts';
import { RootFiles } from './files/root-files.ts';
import type { LoginOutcome, Logins } from './logins.ts';
import { createMask } from './masking.ts';
import type { ApplianceProfile } from './profile.ts';
import type { Endpoint, FileWay } from './session.ts';
import { connectSsh, type ConnectOptions } from './transport/ssh.ts';
import type { Connection } from './transport/transport.ts';

/** A session at the root sentinel of a box. */
export interface OpenSession extends RootShellParts {
  readonly isDead: boolean;
  close(): void;
}

/** Logs in, through jump hosts where the endpoint names some. For its errors see {@link connectSsh}. */
export type Connect = (endpoint: Endpoint, options: ConnectOptions) => Promise<Connection>;

export interface OpenOptions {
  readonly profile: ApplianceProfile;
  readonly logins: Logins;
  readonly connect?: Connect;
  readonly signal?: AbortSignal;
  /** The way that was proven on this box before. */
  readonly knownFileWay?: FileWay;
  /** See {@link Sessions.withRoot}. */
  readonly ask?: readonly string[];
}

/** Goes all the way from nothing to the root sentinel. Whatever fails, nothing is left open. */
export async function openSession(endpoint: Endpoint, options: OpenOptions): Promise<OpenSession> {
  const secrets: string[] = [];
  const chain: Connection[] = [];
  const closeAll = (): void =>
    chain
      .splice(0)
      .reverse()
      .forEach((one) => one.close());
  try {
    for (const hop of [...(endpoint.via ?? []), endpoint]) {
      const stream = await chain.at(-1)?.forward(hop.host, hop.port, options.profile.timeouts.connect);
      chain.push(await logIn(hop, options, secrets, stream));
    }
    const connection = chain.at(-1);
    if (connection === undefined) throw new RunbookError('ENGINE_INTERNAL', 'no connection was made');
    return await walkIn(endpoint, options, connection, secrets, closeAll);
  } catch (error) {
    closeAll();
    throw withDevice(error, endpoint);
  }
}

/** From a fresh connection to the sentinel, and on to the way files travel. */
async function walkIn(
  endpoint: Endpoint,
  { profile, logins, signal, knownFileWay, ask }: OpenOptions,
  connection: Connection,
  secrets: string[],
  closeAll: () => void,
): Promise<OpenSession> {
  const mask = (text: string): string => createMask(secrets)(text);
  const { credential } = endpoint;
  const terminal = new Terminal(await connection.openShell(profile.dialogue.terminal), endpoint.name, mask);
  const commandLine = new CommandLine(terminal, profile);
  const root = new RootFiles(endpoint.name, profile, commandLine, mask);
  try {
    const arrival = await walkToGoal(terminal, {
      dialogue: profile.dialogue,
      secret: async (kind) => {
        const text = kind === 'password' ? await credential.password() : await credential.sudoPassword();
        secrets.push(text);
        return text;
      },
      ...(signal === undefined ? {} : { signal }),
      ...(ask === undefined ? {} : { ask }),
    });
    await commandLine.setUp([root.cleanUp], signal);
    const login = { username: credential.username, landedIn: arrival.states[0] ?? '' };
    const files = await chooseFileWay(root, connection, login, knownFileWay);
    return {
      device: endpoint.name,
      commandLine,
      files,
      arrival,
      mask,
      get isDead() {
        return commandLine.isDead || connection.isClosed;
      },
      close() {
        commandLine.leave();
        terminal.close();
        closeAll();
      },
    };
  } catch (error) {
    logins.note(endpoint, error);
    throw error;
  }
}

async function logIn(
  hop: Endpoint,
  options: OpenOptions,
  secrets: string[],
  stream: NodeJS.ReadWriteStream | undefined,
): Promise<Connection> {
  const { logins, profile, signal } = options;
  let settle: ((outcome: LoginOutcome) => void) | undefined;
  let isOver = false;
  logins.checkFrozen(hop);
  try {
    const connection = await (options.connect ?? connectSsh)(hop, {
      connectMs: profile.timeouts.connect,
      loginMs: profile.timeouts.login,
      ...(signal === undefined ? {} : { signal }),
      ...(stream === undefined ? {} : { stream }),
      password: async () => {
        const turn = await logins.takeTurn(hop);
        // The box may have hung up while this login waited: then the turn belongs to the next one.
        if (isOver) {
          turn('unknown');
          throw new RunbookError('DEVICE_UNREACHABLE', `${hop.name}: hung up while the login waited.`);
        }
        settle = turn;
        const text = await hop.credential.password();
        secrets.push(text);
        return text;
      },
    });
    settle?.('accepted');
    return connection;
  } catch (error) {
    isOver = true;
    // Frozen before the turn ends: the next one in the queue must already see it.
    logins.note(hop, error);
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
