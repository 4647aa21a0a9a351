import { randomBytes } from 'node:crypto';
import { RunbookError } from '../../errors/index.ts';
import type { Connection } from '../transport/transport.ts';
import { shellQuote } from '../dialogue/quote.ts';
import type { RootFiles } from './root-files.ts';
import type { FileStore } from './store.ts';

const probeMs = 10_000;

/**
 * Files through the standard streams of an exec channel, as root. Undefined unless the login is root's, or sudo works there
 * without asking: a password is never put into such a channel. Also undefined where the channel ends elsewhere than the
 * root shell.
 */
export async function tryExecFiles(root: RootFiles, connection: Connection): Promise<FileStore | undefined> {
  for (const prefix of ['', 'sudo -n ']) {
    const store = createExecFiles(root, connection, prefix);
    try {
      const sample = randomBytes(32);
      await root.withScratch(async ({ folder }) => {
        await store.write(new Map([[`${folder}/proof`, sample]]), { secret: false });
        const back = await store.read(`${folder}/proof`, { secret: false, maxBytes: 1024 });
        if (back === undefined || !back.equals(sample)) throw new Error('other bytes');
      });
      return store;
    } catch {
      continue;
    }
  }
  return undefined;
}

function createExecFiles(root: RootFiles, connection: Connection, prefix: string): FileStore {
  async function exec(command: string, maxBytes: number, input?: Buffer): Promise<Buffer> {
    const result = await connection.exec(`${prefix}${command}`, {
      timeoutMs: maxBytes <= 1024 && (input?.length ?? 0) <= 1024 ? probeMs : root.profile.timeouts.command,
      maxBytes: maxBytes + 8192,
      ...(input === undefined ? {} : { input }),
    });
    if (result.status === 0) return result.stdout;
    throw new RunbookError(
      'SESSION_COMMAND_FAILED',
      `${root.device}: a command on an exec channel ended with status ${result.status ?? 'unknown'}.`,
    );
  }

  return {
    way: 'exec',

    async read(path, { maxBytes }) {
      return root.read(path, maxBytes, () => exec(`cat ${shellQuote(path)}`, maxBytes));
    },

    async write(files) {
      await root.write(files, async (arriving) => {
        for (const { to, content } of arriving)
          await exec(`sh -c ${shellQuote(`umask 077; set -C; cat > ${shellQuote(to)}`)}`, 1024, content);
      });
    },
  };
}
