import { RunbookError } from '../../errors/index.ts';
import type { FileWay } from '../session.ts';
import type { Connection } from '../transport/transport.ts';
import { tryExecFiles } from './exec.ts';
import { createPtyFiles } from './pty.ts';
import type { RootFiles } from './root-files.ts';
import { trySftpFiles } from './sftp.ts';
import type { FileStore } from './store.ts';

/** Who logged in, and the state of the dialogue in which that login landed. */
export interface Login {
  readonly username: string;
  readonly landedIn: string;
}

/**
 * The first way of the profile that works on this box, proven by random bytes sent there and back.
 * `known` is the way that was proven in an earlier session: those before it are not tried again.
 */
export async function chooseFileWay(
  root: RootFiles,
  connection: Connection,
  login: Login,
  known?: FileWay,
): Promise<FileStore> {
  const all = root.profile.fileWays;
  const ways = known !== undefined && all.includes(known) ? all.slice(all.indexOf(known)) : all;
  for (const way of ways) {
    const store = await attempt[way](root, connection, login);
    if (store !== undefined) return store;
    if (root.commandLine.isDead) break;
  }
  throw new RunbookError(
    'SESSION_COMMAND_FAILED',
    `${root.device}: none of the ways to move files works (${ways.join(', ')}).`,
    {
      device: root.device,
    },
  );
}

const attempt: Record<
  FileWay,
  (root: RootFiles, connection: Connection, login: Login) => Promise<FileStore | undefined>
> = {
  sftp: (root, connection, login) => trySftpFiles(root, connection, login.username),
  exec: (root, connection, login) =>
    root.profile.execFrom.includes(login.landedIn)
      ? tryExecFiles(root, connection)
      : Promise.resolve(undefined),
  pty: (root) => Promise.resolve(createPtyFiles(root)),
};
