import { systemClock, type Clock } from '../../../../devices/dialogue/clock.ts';
import type { ByteStream } from '../../../../devices/transport/transport.ts';
import type { RunbookError } from '../../../../errors/index.ts';
import { RootShellOfABox, type RootShellOptions } from './root-shell-of-a-box.ts';
import { wireText, type Step, type Transcript } from './transcript.ts';

/** What every secret is in these plays. */
export const secrets = { password: 'L0gin-s3cret', sudoPassword: 'Sudo-s3cret' } as const;

/** A text in pieces, and the milliseconds between two of them. */
export interface Cut {
  readonly pieces: (bytes: Buffer) => readonly Buffer[];
  readonly gapMs: number;
}

export interface PlayOptions extends RootShellOptions {
  readonly clock?: Clock;
  readonly cut?: Cut;
  /** The line is dead after this many bytes from the box. */
  readonly endsAfterBytes?: number;
}

/**
 * A box that plays a transcript over a stream that is none. It shows what stands there, and goes on only when exactly the
 * keys are typed that stand there; at any other key it says nothing more. It shares nothing with the driver but the wire.
 */
export class PlayedBox implements ByteStream {
  /** Everything that was typed, write by write. */
  readonly typed: string[] = [];
  /** What was typed and does not stand in the transcript, or too early. */
  readonly unexpected: string[] = [];
  isClosed = false;
  readonly #options: PlayOptions;
  readonly #clock: Clock;
  readonly #lineEnds: Transcript['lineEnds'];
  readonly #steps: Step[];
  readonly #root: RootShellOfABox;
  #isRoot = false;
  #silentSince = 0;
  #sent = 0;
  #queue: (Buffer | 'end' | number)[] = [];
  #isBusy = false;
  #isOver = false;
  readonly #listeners: ((chunk: Buffer) => void)[] = [];
  #end: (reason?: RunbookError) => void = () => undefined;

  constructor(transcript: Pick<Transcript, 'steps' | 'lineEnds'>, options: PlayOptions = {}) {
    this.#steps = [...transcript.steps];
    this.#lineEnds = transcript.lineEnds;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#root = new RootShellOfABox(options);
  }

  /** What was expected and never typed. */
  get left(): readonly Step[] {
    return this.#steps;
  }

  onData(listener: (chunk: Buffer) => void): void {
    this.#listeners.push(listener);
    this.#goOn();
  }

  onEnd(listener: (reason?: RunbookError) => void): void {
    this.#end = listener;
  }

  write(data: string | Buffer): void {
    const keys = data.toString();
    this.typed.push(keys);
    const step = this.#steps[0];
    if (step !== undefined && 'types' in step) {
      const expected =
        typeof step.types === 'string' ? step.types : secrets[step.types.secret] + step.types.end;
      const isEarly = this.#isBusy || this.#clock.now() - this.#silentSince < (step.waits ?? 0);
      if (keys !== expected || isEarly) {
        this.unexpected.push(keys);
        return;
      }
      this.#steps.shift();
      this.#goOn();
    } else if (this.#isRoot)
      for (const line of keys.replace(/\r$/, '').split('\r')) this.say(this.#root.answer(line));
    else this.unexpected.push(keys);
  }

  close(): void {
    this.isClosed = true;
    this.#isOver = true;
  }

  /** Ends the connection from the side of the box. */
  hangUp(): void {
    this.#isOver = true;
    this.#end();
  }

  say(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.#queue.push(...(this.#options.cut?.pieces(bytes) ?? [bytes]).filter((piece) => piece.length > 0));
    this.#deliver();
  }

  /** The command of the root shell that hangs shows this and ends. */
  endCommand(output = '', status = 0): void {
    this.say(this.#root.end(output, status));
  }

  /** Plays what comes before the next key. */
  #goOn(): void {
    for (let step = this.#steps[0]; step !== undefined && !('types' in step); step = this.#steps[0]) {
      this.#steps.shift();
      if ('closes' in step) this.#queue.push('end');
      else if ('rootShell' in step) this.#isRoot = true;
      else {
        if (step.after !== undefined) this.#queue.push(step.after);
        this.say(wireText(step, this.#lineEnds));
      }
    }
    this.#deliver();
  }

  #deliver(): void {
    if (this.#isBusy || this.#isOver) return;
    const next = this.#queue.shift();
    if (next === undefined) {
      this.#silentSince = this.#clock.now();
      return;
    }
    this.#isBusy = true;
    this.#clock.after(typeof next === 'number' ? next : (this.#options.cut?.gapMs ?? 1), () => {
      this.#isBusy = false;
      if (this.#isOver) return;
      if (next === 'end') this.hangUp();
      else if (typeof next !== 'number') this.#give(next);
      this.#deliver();
    });
  }

  #give(piece: Buffer): void {
    const left = (this.#options.endsAfterBytes ?? Infinity) - this.#sent;
    this.#sent += piece.length;
    if (left > 0) for (const listener of this.#listeners) listener(piece.subarray(0, left));
    if (left <= piece.length) this.hangUp();
  }
}
