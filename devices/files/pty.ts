import { randomBytes } from 'node:crypto';
import { RunbookError } from '../../errors/index.ts';
import type { Raw } from '../dialogue/command-line.ts';
import { fillTemplate } from '../fill-command.ts';
import { shellQuote } from '../dialogue/quote.ts';
import { shownBytes, type RootFiles } from './root-files.ts';
import type { FileStore } from './store.ts';

/**
 * Files through nothing but the shell: base64 in short lines, each taken by the shell before the next is typed. Lines are
 * written by `echo`, which is part of every shell (`printf` is not), so no byte stands in an argument list; never by a
 * here-document, whose prompt `> ` looks like that of other shells. Who records the terminal of the box sees the bytes.
 */
export function createPtyFiles(root: RootFiles): FileStore {
  const { decode } = root.profile.fileTools;
  let decoder: string | undefined;

  /** The first of several commands that works here. */
  async function first(
    templates: readonly string[],
    known: string | undefined,
    run: (template: string) => Promise<Raw>,
  ): Promise<[string, Raw]> {
    let last: Raw | undefined;
    for (const template of known === undefined ? templates : [known]) {
      last = await run(template);
      if (last.status === 0) return [template, last];
    }
    throw root.failure(last ?? { status: 1, output: '' });
  }

  function refuseVisible(secret: boolean): void {
    if (!secret || !root.commandLine.echoVisible) return;
    throw new RunbookError(
      'SESSION_ECHO_VISIBLE',
      `${root.device}: the terminal shows what is typed; no secret was sent.`,
      { device: root.device },
    );
  }

  async function type(to: string, content: Buffer, secret: boolean): Promise<void> {
    const text = `${to}.text`;
    for (const lines of pieces(content, root.profile.limits.lineBytes - 120)) {
      const raw = await root.try(
        `( umask 077; { ${lines.map((one) => `echo ${one};`).join(' ')} } >> ${shellQuote(text)} )`,
        secret,
      );
      if (raw.status !== 0) throw root.failure(raw);
      // The echo may come back, for instance when a program reset the terminal: then not one line more.
      refuseVisible(secret);
    }
    const [template] = await first(decode, decoder, (one) =>
      root.try(
        `( umask 077; touch ${shellQuote(text)} && ${fillTemplate(one, { from: text, to })} )`,
        secret,
      ),
    );
    decoder = template;
  }

  const store: FileStore = {
    way: 'pty',

    async read(path, { secret, maxBytes }) {
      return root.read(path, maxBytes, async () => {
        const raw = await root.try(`rbe ${shellQuote(path)}`, secret);
        if (raw.status !== 0) throw root.failure(raw);
        return shownBytes(raw.output);
      });
    },

    async write(files, { secret }) {
      refuseVisible(secret);
      await root.write(files, async (arriving) => {
        for (const { to, content } of arriving) await type(to, content, secret);
      });
    },

    async prove() {
      const sample = randomBytes(32);
      await root.withScratch(async ({ folder }) => {
        await store.write(new Map([[`${folder}/proof`, sample]]), { secret: true });
        const back = await store.read(`${folder}/proof`, { secret: true, maxBytes: 1024 });
        if (back?.equals(sample) !== true) throw root.failure({ status: 1, output: 'other bytes' });
      });
    },
  };
  return store;
}

/** Base64 in lines of 76 characters, as many for one command as fit into `maxLength`. */
function pieces(content: Buffer, maxLength: number): string[][] {
  const lines = content.toString('base64').match(/.{1,76}/g) ?? [];
  const perCommand = Math.max(1, Math.floor(maxLength / 83));
  const groups: string[][] = [];
  for (let at = 0; at < lines.length; at += perCommand) groups.push(lines.slice(at, at + perCommand));
  return groups;
}
