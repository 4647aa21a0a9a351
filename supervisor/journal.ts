import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

/** One change of a box that has begun and of which nobody has seen the end yet. Never a secret. */
export interface JournalEntry {
  /** Name of the action. */
  readonly action: string;
  /** What is being changed: the probe that tells how it stands. One entry per run, box and matter. */
  readonly matter: string;
  readonly box: string;
  readonly address: string;
  /** Workflow id of the run. */
  readonly run: string;
  /** `<stage>/<step>`. */
  readonly step: string;
  /** ISO 8601. */
  readonly since: string;
  readonly worker: ProcessIdentity;
  /** The action gave up without a good end; what it had begun may go on. */
  readonly failed?: {
    readonly at: string;
    readonly code: string;
    /** What the error said about the box, where it said something. */
    readonly state?: string;
  };
}

/** What an entry is about. */
export type Matter = Pick<JournalEntry, 'run' | 'box' | 'matter'>;

/** Older than this, what a dead worker left tells nothing about the box any more. */
const forgetAfterMs = 3 * 86_400_000;

/**
 * What the workers of a home are changing now: one small file per matter, so that it can be read without a Temporal server and
 * after the death of everything else. Writing is best effort: a full disk here must not stop what is under way on a box.
 */
export class Journal {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** By box; what cannot be read is left out. */
  entries(): JournalEntry[] {
    return this.#names()
      .map((name) => this.#read(path.join(this.#folder, name)))
      .filter((entry) => entry !== undefined)
      .sort((a, b) => a.box.localeCompare(b.box) || a.since.localeCompare(b.since));
  }

  find(matter: Matter): JournalEntry | undefined {
    return this.#read(this.#file(matter));
  }

  /** Writes down that this process begins; takes the place of an earlier entry of the same matter. */
  begin(about: Omit<JournalEntry, 'since' | 'worker' | 'failed'>): JournalEntry {
    const worker = identify(process.pid) ?? { pid: process.pid, born: '' };
    const entry = { ...about, since: new Date().toISOString(), worker };
    this.#write(entry);
    return entry;
  }

  /** The action has given up; nothing happens when somebody else works on the matter by now. */
  fail(entry: JournalEntry, code: string, state?: string): void {
    if (!this.#isCurrent(entry)) return;
    const failed = { at: new Date().toISOString(), code, ...(state === undefined ? {} : { state }) };
    this.#write({ ...entry, failed });
  }

  /** The end was seen; nothing happens when somebody else works on the matter by now. */
  end(entry: JournalEntry): void {
    if (this.#isCurrent(entry)) this.settle(entry);
  }

  /** The box has said how the matter stands, whoever left it. */
  settle(matter: Matter): void {
    rmSync(this.#file(matter), { force: true });
  }

  /** Drops what workers that are gone have left, once it is some days old. */
  dropOld(nowMs: number): void {
    for (const entry of this.entries()) {
      if (!isAlive(entry.worker) && nowMs - Date.parse(entry.since) > forgetAfterMs) this.settle(entry);
    }
  }

  #isCurrent({ since, worker, ...matter }: JournalEntry): boolean {
    const now = this.find(matter);
    return now?.since === since && now.worker.pid === worker.pid;
  }

  #file({ run, box, matter }: Matter): string {
    const digest = createHash('sha256').update([run, box, matter].join('\n')).digest('hex');
    return path.join(this.#folder, `${digest.slice(0, 32)}.json`);
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder).filter((name) => name.endsWith('.json'));
    } catch {
      return [];
    }
  }

  #read(file: string): JournalEntry | undefined {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as JournalEntry;
    } catch {
      return undefined;
    }
  }

  #write(entry: JournalEntry): void {
    const file = this.#file(entry);
    const draft = `${file}.${process.pid}`;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(draft, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
      renameSync(draft, file);
    } catch {
      // Best effort, see above.
    }
  }
}
