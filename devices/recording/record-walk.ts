import { RunbookError } from '../../errors/index.ts';
import { fillCommand, placeholdersOf } from '../fill-command.ts';
import { readBoxIdentity } from '../identity.ts';
import { createSessions, type SessionsOptions } from '../sessions.ts';
import type { ApplianceProfile } from '../profile.ts';
import type { Endpoint } from '../session.ts';
import { connectSsh } from '../transport/ssh.ts';
import type { Connection } from '../transport/transport.ts';
import type { Recording } from './schema.ts';
import type { SessionLog } from './session-log.ts';

export interface RecordedWalk {
  /** As it stands in a recording; undefined where the operator ended it. */
  readonly ends?: NonNullable<Recording['ends']>;
  /** Where the walk stopped. */
  readonly error?: RunbookError;
  /** Names of the commands that were run. */
  readonly ran: readonly string[];
  /** Those that ended with another status than 0. */
  readonly failed: readonly string[];
}

export interface RecordWalkOptions {
  readonly profile: ApplianceProfile;
  /** Profiles of jump hosts. */
  readonly profiles: (family: string) => ApplianceProfile | undefined;
  readonly log: SessionLog;
  readonly signal?: AbortSignal;
  readonly connect?: SessionsOptions['connect'];
}

/**
 * Walks to root as a run would, asks what the box is and runs commands there that only read, while the log listens. No file is moved and nothing is
 * proven by writing. Throws what keeps the session from being opened at all: DEVICE_UNREACHABLE, DEVICE_AUTH_FAILED, …
 */
export async function recordWalk(endpoint: Endpoint, options: RecordWalkOptions): Promise<RecordedWalk> {
  const { log, signal, connect = connectSsh } = options;
  // The way through the terminal needs no proof, so that none of the others writes one.
  const profile: ApplianceProfile = { ...options.profile, fileWays: ['pty'] };
  const ran: string[] = [];
  const failed: string[] = [];
  let states: readonly string[] = [];
  const sessions = createSessions({
    profiles: (family) => (family === profile.name ? profile : options.profiles(family)),
    connect: async (target, how) => {
      const connection = await connect(target, how);
      const isBox = target.name === endpoint.name && target.host === endpoint.host;
      return isBox ? listenedTo(connection, log) : connection;
    },
  });
  try {
    await sessions.withRoot(
      { ...endpoint, family: profile.name },
      async (shell) => {
        ({ states } = shell.arrival);
        const { family } = await readBoxIdentity(shell);
        const found = options.profiles(family) ?? profile;
        for (const name of commandsOf(found)) {
          ran.push(name);
          const { status } = await shell.run(fillCommand(found, name), {
            anyStatus: true,
            ...(signal === undefined ? {} : { signal }),
          });
          if (status !== 0) failed.push(name);
        }
      },
      signal === undefined ? {} : { signal },
    );
    return { ends: { states: [...states] }, ran, failed };
  } catch (error) {
    if (signal?.aborted === true) return { ran, failed };
    if (!(error instanceof RunbookError) || log.events.length === 0) throw error;
    return { ends: states.length > 0 ? { states: [...states] } : { code: error.code }, error, ran, failed };
  } finally {
    await sessions.close();
  }
}

/** The same connection, with its shell listened to. */
function listenedTo(connection: Connection, log: SessionLog): Connection {
  return {
    openShell: async (terminal) => log.listenTo(await connection.openShell(terminal)),
    exec: (command, how) => connection.exec(command, how),
    openSftp: (timeoutMs) => connection.openSftp(timeoutMs),
    forward: (host, port, timeoutMs) => connection.forward(host, port, timeoutMs),
    get isClosed() {
      return connection.isClosed;
    },
    onClose: (listener) => connection.onClose(listener),
    close: () => connection.close(),
  };
}

/** What a family only reads; one that takes a command away need not care about the list of the family that it extends. */
function commandsOf({ readCommands, commands, paths }: ApplianceProfile): string[] {
  return readCommands.filter((name) => {
    const template = commands[name];
    return template !== undefined && placeholdersOf(template).every((one) => one in paths);
  });
}
