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
  try {
    const sample = randomBytes(32);
    // What the user has written, root must see under the same name; and the other way round.
    await root.withScratch(async ({ folder }) => {
      await sftp.write(`${folder}/sample`, sample, 0o600);
      const lent = (await root.lend([`${folder}/sample`], folder, username, 1024)).get(`${folder}/sample`);
      if (lent?.sha256 !== sha256Of(sample)) throw new Error('other bytes');
      if (!(await sftp.read(lent.copy, 1024)).equals(sample)) throw new Error('other bytes');
    }, username);
    return createSftpFiles(root, sftp, username);
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
        root.withScratch(async ({ folder }) => {
          const copy = `${folder}/copy`;
          await root.run(
            `( umask 077; set -C; cat ${shellQuote(path)} > ${shellQuote(copy)} && chown ${shellQuote(username)} ${shellQuote(copy)} )`,
          );
          return await sftp.read(copy, maxBytes);
        }, username),
      );
    },

    readTogether(paths, maxBytes) {
      return root.withScratch(async ({ folder }) => {
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

    async write(files) {
      await root.write(
        files,
        async (arriving) => {
          await Promise.all(arriving.map(({ to, content }) => sftp.write(to, content, 0o600)));
        },
        username,
      );
    },
  };
}
