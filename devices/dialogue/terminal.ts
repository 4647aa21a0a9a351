import { RunbookError, type ErrorCode, type ErrorContext } from '../../errors/index.ts';
import type { Mask } from '../masking.ts';
import { TerminalText, lastLines } from '../output.ts';
import type { ByteStream } from '../transport/transport.ts';
import { systemClock, type Clock } from './clock.ts';

export type TerminalEvent = 'data' | 'quiet' | 'closed';

/** A terminal on a box: what it shows, and the only place from which something is typed. */
export class Terminal {
  readonly text = new TerminalText();
  readonly device: string;
  readonly clock: Clock;
  mask: Mask;
  #stream: ByteStream;
  #events = 0;
  #closed: RunbookError | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: ByteStream, device: string, mask: Mask, clock = systemClock) {
    this.#stream = stream;
    this.clock = clock;
    this.device = device;
    this.mask = mask;
    stream.onData((chunk) => {
      this.text.feed(chunk);
      this.#events += 1;
      this.#wake?.();
    });
    stream.onEnd((reason) => this.#end(reason));
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Counts what has arrived: tells whether something came since. */
  get events(): number {
    return this.#events;
  }

  type(text: string): void {
    if (this.#closed !== undefined) throw this.#closed;
    this.#stream.write(text);
  }

  close(): void {
    this.#end();
    this.#stream.close();
  }

  /** Why the terminal ended. */
  get lost(): RunbookError {
    return (
      this.#closed ??
      new RunbookError('SESSION_LOST', `${this.device}: the session ended.`, { device: this.device })
    );
  }

  /**
   * Waits for something to arrive after event number `seen`, at most `ms`. What has arrived already counts.
   * Throws the reason of the signal when it is aborted.
   */
  async next(seen: number, ms: number, signal?: AbortSignal): Promise<TerminalEvent> {
    signal?.throwIfAborted();
    if (this.#events !== seen) return 'data';
    if (this.#closed !== undefined) return 'closed';
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        cancel();
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const cancel = this.clock.after(ms, wake);
      this.#wake = wake;
      signal?.addEventListener('abort', wake, { once: true });
    });
    this.#wake = undefined;
    signal?.throwIfAborted();
    if (this.#events !== seen) return 'data';
    return this.isClosed ? 'closed' : 'quiet';
  }

  /** Waits `ms`, whatever arrives meanwhile. Throws the reason of the signal when it is aborted. */
  async pause(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve) => {
      const end = (): void => {
        cancel();
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.clock.after(ms, end);
      signal?.addEventListener('abort', end, { once: true });
    });
    signal?.throwIfAborted();
  }

  /** What an operator may see of the screen: the last lines, secrets masked. */
  screen(): string {
    return lastLines(this.mask(this.text.tail(8192)));
  }

  error(code: ErrorCode, message: string, context: ErrorContext = {}): RunbookError {
    return new RunbookError(code, `${this.device}: ${message}`, {
      device: this.device,
      screen: this.screen(),
      ...context,
    });
  }

  #end(reason?: RunbookError): void {
    if (this.#closed !== undefined) return;
    this.#closed =
      reason ??
      new RunbookError('SESSION_LOST', `${this.device}: the box closed the session.`, {
        device: this.device,
        screen: this.screen(),
      });
    this.#wake?.();
  }
}
