import type { ChildProcess } from 'node:child_process';

import { identify, type ProcessIdentity } from './process-identity.ts';

export interface KeptProcessOptions {
  readonly name: string;
  /** Starts the process; called again each time it has died. */
  readonly start: () => ChildProcess;
  /** Resolves with true when the process serves; false or never otherwise. */
  readonly becomesReady: (child: ChildProcess) => Promise<boolean>;
  readonly onChange: () => void;
  readonly log: (text: string) => void;
  /** Pause before the first restart; doubled up to `longestPauseMs` while it goes on dying. */
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
}

/**
 * A child process that is started again when it dies:
 *
 *     off ──start()──▶ starting ──ready──▶ ready
 *                        ▲  │                │
 *                        └──┴── it died ─────┘   after a pause that grows while it dies soon after its start
 *     any ──stop()──▶ off
 */
export class KeptProcess {
  readonly #options: Required<KeptProcessOptions>;
  #child: ChildProcess | undefined;
  #identity: ProcessIdentity | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pauseMs: number;
  #readyAtMs = 0;
  #isWanted = false;
  #isReady = false;
  #restarts = 0;
  #lastEnd: string | undefined;

  constructor(options: KeptProcessOptions) {
    this.#options = { firstPauseMs: 250, longestPauseMs: 30_000, ...options };
    this.#pauseMs = this.#options.firstPauseMs;
  }

  get isWanted(): boolean {
    return this.#isWanted;
  }

  get state() {
    return {
      status: this.#isReady ? ('ready' as const) : this.#isWanted ? ('starting' as const) : ('off' as const),
      restarts: this.#restarts,
      ...(this.#identity === undefined ? {} : { process: this.#identity }),
      ...(this.#lastEnd === undefined ? {} : { lastEnd: this.#lastEnd }),
    };
  }

  /** Starts it; nothing happens when it is wanted already. */
  start(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#launch();
  }

  /** SIGTERM, SIGKILL after `graceMs`; resolves when it has ended. It is not started again. */
  async stop(graceMs: number): Promise<void> {
    this.#isWanted = false;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const killer = setTimeout(() => {
      this.#options.log(`${this.#options.name}: not ended after ${graceMs} ms, killed`);
      child.kill('SIGKILL');
    }, graceMs);
    await ended;
    clearTimeout(killer);
  }

  /** SIGKILL at once, also during a {@link stop}. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  #launch(): void {
    const child = this.#options.start();
    this.#child = child;
    this.#identity = child.pid === undefined ? undefined : identify(child.pid);
    this.#options.log(`${this.#options.name}: started, pid ${child.pid ?? 'none'}`);
    child.once('error', (error) => {
      // A program that cannot be started sends no exit event.
      if (child.pid === undefined) this.#ended(child, error.message);
    });
    child.once('exit', (code, signal) => {
      this.#ended(child, signal ?? `exit code ${code ?? 'none'}`);
    });
    void this.#options.becomesReady(child).then((isReady) => {
      if (!isReady || this.#child !== child || !this.#isWanted) return;
      this.#isReady = true;
      this.#readyAtMs = Date.now();
      this.#options.log(`${this.#options.name}: ready`);
      this.#options.onChange();
    });
    this.#options.onChange();
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    const ranMs = this.#isReady ? Date.now() - this.#readyAtMs : 0;
    this.#child = undefined;
    this.#identity = undefined;
    this.#isReady = false;
    this.#lastEnd = how;
    this.#options.log(`${this.#options.name}: ended (${how})`);
    if (this.#isWanted) {
      this.#restarts += 1;
      // Dying after a good while is an accident, dying at the start is a habit: only the habit is slowed down.
      if (ranMs > 10_000) this.#pauseMs = this.#options.firstPauseMs;
      this.#timer = setTimeout(() => {
        this.#launch();
      }, this.#pauseMs);
      this.#pauseMs = Math.min(this.#pauseMs * 2, this.#options.longestPauseMs);
    }
    this.#options.onChange();
  }
}
