import { createHash, randomBytes } from 'node:crypto';
import { RunbookError } from '../../errors/index.ts';
import type { CommandLine, Raw } from '../dialogue/command-line.ts';
import { shellQuote } from '../dialogue/quote.ts';
import { lastLines } from '../output.ts';
import { forEachPath } from './each-path.ts';
import type { Mask } from '../masking.ts';
import type { ApplianceProfile } from '../profile.ts';

/** A program that replaces a file more often than this while it is read is not done with it. */
const readTries = 3;

/** Status of `rbp` when the copy is not what was sent. */
const differs = 9;

/** Does a program say that what it writes cannot be stored? */
export const saysFull = (output: string): boolean =>
  /no space left|read-only file system|disk quota exceeded|file too large/i.test(output);

/** What stands at a path, as root sees it. */
export interface FileFacts {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A private folder on the box. */
export interface Scratch {
  readonly folder: string;
  isGone: boolean;
}

/** A file on its way, and where in a private folder it is to lie. */
export interface Arriving {
  readonly to: string;
  readonly content: Buffer;
}

/** What all ways of moving files need from the root shell: a private folder, sizes, checksums, the last step into place. */
export class RootFiles {
  readonly device: string;
  readonly profile: ApplianceProfile;
  readonly #commandLine: CommandLine;
  readonly #mask: Mask;
  readonly #session = randomBytes(6).toString('hex');

  constructor(device: string, profile: ApplianceProfile, commandLine: CommandLine, mask: Mask) {
    this.device = device;
    this.profile = profile;
    this.#commandLine = commandLine;
    this.#mask = mask;
  }

  get commandLine(): CommandLine {
    return this.#commandLine;
  }

  /**
   * Lines for the shell itself. Whatever ends it, also a lost connection, takes this session's private folders along: nothing else would
   * remove a half-sent key. And the functions by which files are looked at and put into place, so that they are typed once: `rbd` prints
   * the digest of a file, `rbe` its content in base64, by whatever program the box has for it; `rbm` ends an answer (see {@link lookScript});
   * `rbr` shows a file of at most `m` bytes; `rbl` lends a copy of one, under the next number `k`, in the folder `f` to `o`; `rbp` puts what lies
   * in the folder `f` under a name into place, if it has the digest that is given.
   */
  get setUp(): readonly string[] {
    const { digest, encode } = this.profile.fileTools;
    return [
      ` trap 'rm -rf ${this.#prefix}*' EXIT`,
      ` rbd() ${anyOf(digest)}`,
      ` rbe() ${anyOf(encode)}`,
      ` rbm() { printf '\\n@%s:%s\\n' "$n" "$?"; }`,
      ` rbr() { if [ -f "$1" ]; then s=$(wc -c < "$1"); echo :size $s; if [ "$s" -le "$m" ]; then rbe "$1"; echo :sum; rbd "$1"; fi; elif [ -e "$1" ]; then echo :other; else echo :absent; fi; rbm; }`,
      ` rbl() { k=$((k+1)); [ -f "$1" ] && [ "$(wc -c < "$1")" -le "$m" ] || return 0; ( umask 077; set -C; cat "$1" > "$f/$k" ) && chown "$o" "$f/$k" && echo ":copy $k" && rbd "$f/$k"; }`,
      ` rbp() { [ ! -d "$1" ] && ( umask 077; set -C; cat "$f/$2" > "$1$x" ) || { rm -f "$1$x"; return 1; }; s=$(rbd "$1$x"); [ "\${s#*$3}" != "$s" ] || { rm -f "$1$x"; return ${differs}; }; mv -f "$1$x" "$1" || { rm -f "$1$x"; return 1; }; }`,
    ];
  }

  get #prefix(): string {
    return `${this.profile.fileTools.temporaryRoot}/.runbook-${this.#session}-`;
  }

  /** Runs a command whose output is no secret; a status other than 0 is an error. */
  async run(command: string): Promise<string> {
    const raw = await this.try(command);
    if (raw.status !== 0) throw this.failure(raw);
    return raw.output;
  }

  try(command: string, secret = false, timeoutMs = this.profile.timeouts.command): Promise<Raw> {
    const { limits } = this.profile;
    return this.#commandLine.send(command, {
      timeoutMs,
      secret,
      maxBytes: limits.outputBytes,
    });
  }

  failure(raw: Raw): RunbookError {
    const output = this.#mask(raw.output);
    const isFull = saysFull(output);
    return new RunbookError(
      isFull ? 'SESSION_NO_SPACE' : 'SESSION_COMMAND_FAILED',
      `${this.device}: a file could not be moved${isFull ? ': no room, or read-only' : ` (status ${raw.status})`}.`,
      { device: this.device, screen: lastLines(output) },
    );
  }

  /** Size and checksum of a regular file; undefined when there is nothing at the path. */
  async facts(path: string): Promise<FileFacts | undefined> {
    // A link to nothing is no file, and still in the way: `-e` alone would call it absent, which it is for a reader.
    const raw = await this.try(
      `f=${shellQuote(path)}; if [ -f "$f" ]; then wc -c < "$f"; rbd "$f"; elif [ -e "$f" ]; then echo other; else echo absent; fi`,
    );
    if (raw.output.trim() === 'absent') return undefined;
    const size = /^\s*(\d+)\s*\n/.exec(raw.output)?.[1];
    const sum = shownDigest(raw.output);
    if (size === undefined) {
      throw new RunbookError(
        'SESSION_COMMAND_FAILED',
        `${this.device}: ${path} is not a file that can be read.`,
        {
          device: this.device,
          screen: lastLines(this.#mask(raw.output)),
        },
      );
    }
    if (sum === undefined)
      throw new RunbookError(
        'SESSION_COMMAND_FAILED',
        `${this.device}: the checksum of ${path} cannot be had.`,
        { device: this.device, screen: lastLines(this.#mask(raw.output)) },
      );
    return { sizeBytes: Number(size), sha256: sum };
  }

  /**
   * Makes a private folder (0700, root, or of `owner`), gives it to `use`, and removes it whatever happens, as long as the shell lives.
   */
  async withScratch<T>(use: (scratch: Scratch) => Promise<T>, owner?: string): Promise<T> {
    const scratch: Scratch = {
      folder: `${this.#prefix}${randomBytes(6).toString('hex')}`,
      isGone: false,
    };
    const quoted = shellQuote(scratch.folder);
    // `mkdir` without -p fails when the name exists: nobody can have put a folder or a link there before.
    const handOver = owner === undefined ? '' : ` && chown ${shellQuote(owner)} ${quoted}`;
    await this.run(`( umask 077; mkdir ${quoted} )${handOver}`);
    try {
      return await use(scratch);
    } finally {
      if (!scratch.isGone && !this.#commandLine.isDead)
        await this.try(`rm -rf ${quoted}`).catch(() => undefined);
    }
  }

  /** Puts files into place (0600, root) by way of `bring`, which brings all of them into a private folder, of `owner` if there is one. */
  async write(
    files: ReadonlyMap<string, Buffer>,
    bring: (arriving: readonly Arriving[]) => Promise<void>,
    owner?: string,
  ): Promise<void> {
    await this.withScratch(async (scratch) => {
      await bring(
        [...files.values()].map((content, index) => ({ to: `${scratch.folder}/${String(index)}`, content })),
      );
      await this.#place(scratch, files);
    }, owner);
  }

  /**
   * Copies files, which lie there under their numbers, out of a private folder, which is gone then, into place, replacing what is there
   * in one step each; the checksum of each copy is proven before.
   */
  async #place(scratch: Scratch, files: ReadonlyMap<string, Buffer>): Promise<void> {
    const paths = [...files.keys()];
    const words = [...files].map(
      ([path, content], index) =>
        `rbp ${shellQuote(path)} ${String(index)} ${sha256Of(content)} || { s=$?; echo ":at ${String(index)}"; exit $s; }`,
    );
    const raw = await this.try(
      `f=${shellQuote(scratch.folder)} x=.${randomBytes(4).toString('hex')}.part; ${words.join('; ')}; rm -rf "$f"`,
    );
    if (raw.status === differs) {
      const at = /^:at (\d+)$/m.exec(raw.output)?.[1];
      throw this.unreadable(
        `${paths[Number(at)] ?? 'a file'} did not arrive whole; it was not put into place.`,
      );
    }
    if (raw.status !== 0) throw this.failure(raw);
    scratch.isGone = true;
  }

  /** Copies of files in a private folder for its owner to fetch, with their checksums. What cannot be copied, or is too long, is left out. */
  async lend(
    paths: readonly string[],
    folder: string,
    owner: string,
    maxBytes: number,
  ): Promise<Map<string, { readonly copy: string; readonly sha256: string }>> {
    const raw = await this.try(
      `f=${shellQuote(folder)} m=${String(maxBytes)} o=${shellQuote(owner)} k=0; ${forEachPath(paths, (path) => `rbl ${path}`)}`,
    );
    const found = new Map<string, { copy: string; sha256: string }>();
    for (const [, number = '', sum = ''] of raw.output.matchAll(
      /^:copy (\d+)\s+.*?\b([0-9a-fA-F]{64})\b/gms,
    )) {
      const path = paths[Number(number) - 1];
      if (path !== undefined) found.set(path, { copy: `${folder}/${number}`, sha256: sum.toLowerCase() });
    }
    return found;
  }

  /**
   * A whole file by way of `bring`, proven by size and checksum; undefined when there is nothing at the path. Programs replace
   * their files while we look: what changed in between is read again.
   */
  async read(path: string, maxBytes: number, bring: () => Promise<Buffer>): Promise<Buffer | undefined> {
    for (let tries = 1; ; tries += 1) {
      const facts = await this.facts(path);
      if (facts === undefined) return undefined;
      if (facts.sizeBytes > maxBytes)
        throw this.unreadable(`${path} has ${facts.sizeBytes} bytes, more than ${maxBytes}.`);
      const content = await bring();
      if (content.length === facts.sizeBytes && sha256Of(content) === facts.sha256) return content;
      if (tries === readTries)
        throw this.unreadable(`${path} was not read whole (${content.length} of ${facts.sizeBytes} bytes).`);
    }
  }

  unreadable(text: string, raw?: Raw): RunbookError {
    return new RunbookError('SESSION_OUTPUT_UNREADABLE', `${this.device}: ${text}`, {
      device: this.device,
      ...(raw === undefined ? {} : { screen: lastLines(this.#mask(raw.output)) }),
    });
  }
}

/** The first of several commands that works, over `"$1"`. */
function anyOf(templates: readonly string[]): string {
  return `{ ${templates.map((template) => `${template.replaceAll('{path}', '"$1"')} 2>/dev/null`).join(' || ')}; }`;
}

/** The bytes of what `rbe` has printed, whatever the terminal has put between its letters. */
export function shownBytes(output: string): Buffer {
  return Buffer.from(output.replace(/[^A-Za-z0-9+/=]/g, ''), 'base64');
}

/** The digest in what `rbd` has printed. */
export function shownDigest(output: string): string | undefined {
  return /\b[0-9a-fA-F]{64}\b/.exec(output)?.[0].toLowerCase();
}

export function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
