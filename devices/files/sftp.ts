import { randomBytes } from 'node:crypto';
import type { Connection, SftpFiles } from '../transport/transport.ts';
import { shellQuote } from '../dialogue/quote.ts';
import { sha256Of, type RootFiles } from './root-files.ts';
import type { FileStore } from './store.ts';

const openMs = 10_000;

/**
 * Files by SFTP as the login user: they pass through a folder that only this user and root can enter, and root moves them.
 * Undefined when the box has no SFTP, or when SFTP ends on another file system than the root shell (a chassis, a jail).
 */
export async function trySftpFiles(
  root: RootFiles,
  connection: Connection,
  username: string,
): Promise<FileStore | undefined> {
  let sftp: SftpFiles;
  try {
    sftp = await connection.openSftp(openMs);
  } catch {
    return undefined;
  }
  const store = createSftpFiles(root, sftp, username);
  try {
    const sample = randomBytes(32);
    await root.withScratch(async (folder) => {
      await store.write(`${folder}/proof`, sample, { secret: false });
      const back = await store.read(`${folder}/proof`, { secret: false, maxBytes: 1024 });
      if (back === undefined || !back.equals(sample)) throw new Error('other bytes');
    });
    return store;
  } catch {
    sftp.close();
    return undefined;
  }
}

function createSftpFiles(root: RootFiles, sftp: SftpFiles, username: string): FileStore {
  return {
    way: 'sftp',

    async read(path, { maxBytes }) {
      return root.read(path, maxBytes, () =>
        root.withScratch(async (folder) => {
          const copy = `${folder}/copy`;
          await root.run(
            `( umask 077; set -C; cat ${shellQuote(path)} > ${shellQuote(copy)} && chown ${shellQuote(username)} ${shellQuote(copy)} )`,
          );
          return await sftp.read(copy, maxBytes);
        }, username),
      );
    },

    readTogether(paths, maxBytes) {
      return root.withScratch(async (folder) => {
        const found = new Map<string, Buffer>();
        const sums = await root.lend(paths, folder, username, maxBytes);
        await Promise.all(
          [...sums].map(async ([path, { copy, sha256 }]) => {
            const content = await sftp.read(copy, maxBytes);
            if (sha256Of(content) === sha256) found.set(path, content);
          }),
        );
        return found;
      }, username);
    },

    async write(path, content) {
      await root.withScratch(async (folder) => {
        const copy = `${folder}/copy`;
        await sftp.write(copy, content, 0o600);
        await root.place(copy, path, content);
      }, username);
    },
  };
}
