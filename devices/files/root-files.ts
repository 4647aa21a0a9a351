import { createHash, randomBytes } from 'node:crypto';
import { RunbookError } from '../../errors/index.ts';
import type { CommandLine, Raw } from '../dialogue/command-line.ts';
import { shellQuote } from '../dialogue/quote.ts';
import { fillTemplate } from '../fill-command.ts';
import { lastLines } from '../output.ts';
import type { Mask } from '../masking.ts';
import type { ApplianceProfile } from '../profile.ts';

/** A program that replaces a file more often than this while it is read is not done with it. */
const readTries = 3;

/** Larger files than this are not shown on the terminal. */
const shownBytes = 24_000;

/** What stands at a path, as root sees it. */
export interface FileFacts {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What all ways of moving files need from the root shell: a private folder, sizes, checksums, the last step into place. */
export class RootFiles {
  readonly device: string;
  readonly profile: ApplianceProfile;
  readonly #commandLine: CommandLine;
  readonly #mask: Mask;
  readonly #session = randomBytes(6).toString('hex');
  #digest: string | undefined;

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
   * A line for the shell itself: whatever ends it, also a lost connection, takes this session's private folders along.
   * Nothing else would remove a half-sent key.
   */
  get cleanUp(): string {
    return ` trap 'rm -rf ${this.#prefix}*' EXIT`;
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

  try(command: string, secret = false): Promise<Raw> {
    const { limits, timeouts } = this.profile;
    return this.#commandLine.send(command, {
      timeoutMs: timeouts.command,
      secret,
      maxBytes: limits.outputBytes,
    });
  }

  failure(raw: Raw): RunbookError {
    const output = this.#mask(raw.output);
    const isFull = /no space left|read-only file system|disk quota exceeded|file too large/i.test(output);
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
      `f() { if [ -f "$1" ]; then wc -c < "$1"; ${this.#digestOfFirst}; elif [ -e "$1" ]; then echo other; else echo absent; fi; }; f ${shellQuote(path)}`,
    );
    if (raw.output.trim() === 'absent') return undefined;
    const size = /^\s*(\d+)\s*\n/.exec(raw.output)?.[1];
    const sum = /\b[0-9a-fA-F]{64}\b/.exec(raw.output)?.[0].toLowerCase();
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
    return { sizeBytes: Number(size), sha256: sum ?? (await this.sha256(path)) };
  }

  async sha256(path: string): Promise<string> {
    const templates = this.#digest === undefined ? this.profile.fileTools.digest : [this.#digest];
    let last: Raw | undefined;
    for (const template of templates) {
      last = await this.try(fillTemplate(template, { path }));
      const found = /\b[0-9a-fA-F]{64}\b/.exec(last.output);
      if (last.status !== 0 || found === null) continue;
      this.#digest = template;
      return found[0].toLowerCase();
    }
    throw new RunbookError(
      'SESSION_COMMAND_FAILED',
      `${this.device}: the checksum of ${path} cannot be had.`,
      {
        device: this.device,
        screen: lastLines(this.#mask(last?.output ?? '')),
      },
    );
  }

  /** The digest of `"$1"` in a script, by whatever program this box has for it. */
  get #digestOfFirst(): string {
    return anyOf(this.#digest === undefined ? this.profile.fileTools.digest : [this.#digest]);
  }

  /**
   * Makes a private folder (0700, root, or of `owner`), gives it to `use`, and removes it whatever happens, as long as the shell lives.
   */
  async withScratch<T>(use: (folder: string) => Promise<T>, owner?: string): Promise<T> {
    const folder = `${this.#prefix}${randomBytes(6).toString('hex')}`;
    const quoted = shellQuote(folder);
    // `mkdir` without -p fails when the name exists: nobody can have put a folder or a link there before.
    const handOver = owner === undefined ? '' : ` && chown ${shellQuote(owner)} ${quoted}`;
    await this.run(`( umask 077; mkdir ${quoted} )${handOver}`);
    try {
      return await use(folder);
    } finally {
      if (!this.#commandLine.isDead) await this.try(`rm -rf ${quoted}`).catch(() => undefined);
    }
  }

  /** Copies `from` to `path` (0600, root), replacing what is there in one step; the copy's checksum is proven before. */
  async place(from: string, path: string, content: Buffer): Promise<void> {
    const part = `${path}.${randomBytes(4).toString('hex')}.part`;
    const differs = 9;
    const raw = await this.try(
      `p() { [ ! -d "$2" ] && ( umask 077; set -C; cat "$3" > "$1" ) || { rm -f "$1"; return 1; }; ` +
        `s=$(${this.#digestOfFirst}); [ "\${s#*${sha256Of(content)}}" != "$s" ] || { rm -f "$1"; return ${differs}; }; ` +
        `mv -f "$1" "$2" || { rm -f "$1"; return 1; }; }; p ${shellQuote(part)} ${shellQuote(path)} ${shellQuote(from)}`,
    );
    if (raw.status === differs)
      throw this.#unreadable(`${path} did not arrive whole; it was not put into place.`);
    if (raw.status !== 0) throw this.failure(raw);
  }

  /**
   * Files that are no secret, several with one answer of the root shell: size, content and checksum of each. Those that do not exist
   * have undefined; those that are too long for a terminal, or did not come whole, are missing.
   */
  async readShown(paths: readonly string[], maxBytes: number): Promise<Map<string, Buffer | undefined>> {
    const found = new Map<string, Buffer | undefined>();
    const most = String(Math.min(maxBytes, shownBytes));
    const raw = await this.try(
      `r() { if [ -f "$1" ]; then s=$(wc -c < "$1"); echo :size $s; if [ "$s" -le ${most} ]; then ` +
        `${anyOf(this.profile.fileTools.encode)}; echo :sum; ${this.#digestOfFirst}; fi; ` +
        `elif [ -e "$1" ]; then echo :other; else echo :absent; fi; }; ${paths.map((path) => `echo :file; r ${shellQuote(path)}`).join('; ')}`,
    );
    const parts = raw.output.split(/^:file[ \t]*$/m).slice(1);
    if (parts.length !== paths.length) return found;
    for (const [index, path] of paths.entries()) {
      const part = parts[index] ?? '';
      const shown = /^\s*:size\s+(\d+)\s*\n([\s\S]*?)^:sum\s*\n([\s\S]*)$/m.exec(part);
      if (/^\s*:absent\s*$/.test(part)) found.set(path, undefined);
      if (shown === null) continue;
      const content = Buffer.from((shown[2] ?? '').replace(/[^A-Za-z0-9+/=]/g, ''), 'base64');
      const sum = /\b[0-9a-fA-F]{64}\b/.exec(shown[3] ?? '')?.[0].toLowerCase();
      if (content.length === Number(shown[1]) && sha256Of(content) === sum) found.set(path, content);
    }
    return found;
  }

  /** Copies of files in a private folder for its owner to fetch, with their checksums. What cannot be copied, or is too long, is left out. */
  async lend(
    paths: readonly string[],
    folder: string,
    owner: string,
    maxBytes: number,
  ): Promise<Map<string, { readonly copy: string; readonly sha256: string }>> {
    const raw = await this.try(
      `n=0; l() { [ -f "$1" ] && [ "$(wc -c < "$1")" -le ${maxBytes} ] || return 0; c=${shellQuote(folder)}/$n; ` +
        `( umask 077; set -C; cat "$1" > "$c" ) && chown ${shellQuote(owner)} "$c" && echo ":copy $n" && s "$c"; }; ` +
        `s() { ${this.#digestOfFirst}; }; ${paths.map((path) => `l ${shellQuote(path)}; n=$((n+1))`).join('; ')}`,
    );
    const found = new Map<string, { copy: string; sha256: string }>();
    for (const [, number = '', sum = ''] of raw.output.matchAll(
      /^:copy (\d+)\s+.*?\b([0-9a-fA-F]{64})\b/gms,
    )) {
      const path = paths[Number(number)];
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
        throw this.#unreadable(`${path} has ${facts.sizeBytes} bytes, more than ${maxBytes}.`);
      const content = await bring();
      if (content.length === facts.sizeBytes && sha256Of(content) === facts.sha256) return content;
      if (tries === readTries)
        throw this.#unreadable(`${path} was not read whole (${content.length} of ${facts.sizeBytes} bytes).`);
    }
  }

  #unreadable(text: string): RunbookError {
    return new RunbookError('SESSION_OUTPUT_UNREADABLE', `${this.device}: ${text}`, { device: this.device });
  }
}

/** The first of several commands that works, over `"$1"`. */
function anyOf(templates: readonly string[]): string {
  return `{ ${templates.map((template) => `${template.replaceAll('{path}', '"$1"')} 2>/dev/null`).join(' || ')}; }`;
}

export function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
