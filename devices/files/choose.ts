import { RunbookError } from '../../errors/index.ts';
import type { FileWay } from '../session.ts';
import type { Connection } from '../transport/transport.ts';
import { tryExecFiles } from './exec.ts';
import { createPtyFiles } from './pty.ts';
import type { RootFiles } from './root-files.ts';
import { trySftpFiles } from './sftp.ts';
import type { FileStore } from './store.ts';

/**
 * The first way of the profile that works on this box, proven by random bytes sent there and back.
 * `known` is the way that was proven in an earlier session: those before it are not tried again.
 */
export async function chooseFileWay(
  root: RootFiles,
  connection: Connection,
  username: string,
  known?: FileWay,
): Promise<FileStore> {
  const all = root.profile.fileWays;
  const ways = known !== undefined && all.includes(known) ? all.slice(all.indexOf(known)) : all;
  for (const way of ways) {
    const store = await attempt[way](root, connection, username);
    if (store !== undefined) return store;
    if (root.commandLine.isDead) break;
  }
  throw new RunbookError('SESSION_COMMAND_FAILED', `${root.device}: none of the ways to move files works (${ways.join(', ')}).`, {
    device: root.device,
  });
}

const attempt: Record<FileWay, (root: RootFiles, connection: Connection, username: string) => Promise<FileStore | undefined>> = {
  sftp: trySftpFiles,
  exec: (root, connection) => tryExecFiles(root, connection),
  pty: (root) => Promise.resolve(createPtyFiles(root)),
};
