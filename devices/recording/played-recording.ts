import type { Clock } from '../dialogue/clock.ts';
import type { RunbookError } from '../../errors/index.ts';
import type { ByteStream } from '../transport/transport.ts';
import type { Recording, RecordedTyping } from './schema.ts';
import { asNow, isSameLine, turnsOf, type Piece, type Turn } from './turns.ts';

/** What the secrets are while a recording is played: it holds none. */
export const playedSecrets = {
  password: 'the-password-of-the-login',
  sudoPassword: 'the-password-for-sudo',
} as const;

/** Behind its last turn a recording knows nothing more. */
const behindTheLast = '(the recording ends here)';

/** Something was typed that the recording does not know. */
export interface Unknown {
  readonly prompt: string;
  readonly typed: string;
}

export interface PlayOptions {
  readonly clock: Clock;
  /** Each text in two pieces, parted here. */
  readonly cutAt?: number;
}

/**
 * The box of a recording, over a stream that is none. What is typed is looked for where the recording stands, then anywhere at the
 * same prompt; what the recording does not know gets no answer.
 */
export class PlayedRecording implements ByteStream {
  readonly unknown: Unknown[] = [];
  readonly #clock: Clock;
  readonly #cutAt: number | undefined;
  readonly #turns: readonly Turn[];
  readonly #landing: readonly Piece[];
  #position = 0;
  #queue: Piece[] = [];
  #isBusy = false;
  #isOver = false;
  #listener: (chunk: Buffer) => void = () => undefined;
  #end: (reason?: RunbookError) => void = () => undefined;

  constructor(recording: Recording, { clock, cutAt }: PlayOptions) {
    const { landing, turns } = turnsOf(recording);
    this.#landing = landing;
    this.#turns = turns;
    this.#clock = clock;
    this.#cutAt = cutAt;
  }

  onData(listener: (chunk: Buffer) => void): void {
    this.#listener = listener;
    this.#play(this.#landing);
  }

  onEnd(listener: (reason?: RunbookError) => void): void {
    this.#end = listener;
  }

  write(data: string | Buffer): void {
    // Lines that are typed ahead come together.
    for (const typed of data.toString().split(/(?<=\r)(?=[^])/)) this.#type(typed);
  }

  #type(typed: string): void {
    const prompt = this.#turns[this.#position]?.prompt ?? behindTheLast;
    const index = this.#find(prompt, typed);
    const turn = index === undefined ? undefined : this.#turns[index];
    if (index === undefined || turn === undefined) {
      this.unknown.push({ prompt, typed });
      return;
    }
    this.#position = index + 1;
    this.#play(typeof turn.typed === 'string' ? asNow(turn.answer, turn.typed, typed) : turn.answer);
  }

  close(): void {
    this.#isOver = true;
  }

  #find(prompt: string, typed: string): number | undefined {
    const fits = (index: number): boolean => {
      const turn = this.#turns[index];
      return turn !== undefined && turn.prompt === prompt && isTyped(turn.typed, typed);
    };
    const all = [...this.#turns.keys()];
    return [...all.slice(this.#position), ...all.slice(0, this.#position)].find(fits);
  }

  #play(pieces: readonly Piece[]): void {
    for (const { afterMs, text } of pieces) {
      if (text === undefined) this.#queue.push({ afterMs });
      else {
        const bytes = Buffer.from(text);
        const cut = this.#cutAt ?? bytes.length;
        this.#queue.push({ afterMs, text: bytes.subarray(0, cut).toString('latin1') });
        if (cut < bytes.length)
          this.#queue.push({ afterMs: 1, text: bytes.subarray(cut).toString('latin1') });
      }
    }
    this.#deliver();
  }

  #deliver(): void {
    if (this.#isBusy || this.#isOver) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    this.#isBusy = true;
    this.#clock.after(next.afterMs, () => {
      this.#isBusy = false;
      if (this.#isOver) return;
      if (next.text === undefined) {
        this.#isOver = true;
        this.#end();
      } else {
        this.#listener(Buffer.from(next.text, 'latin1'));
        this.#deliver();
      }
    });
  }
}

function isTyped(recorded: RecordedTyping, typed: string): boolean {
  if (typeof recorded === 'string') return isSameLine(recorded, typed);
  const text = typed.replace(/[\r\n]+$/, '');
  if (recorded.secret !== 'unknown') return text === playedSecrets[recorded.secret];
  return Object.values(playedSecrets).some((secret) => secret === text);
}
