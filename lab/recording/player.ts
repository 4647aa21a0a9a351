import type { Recording, Typing } from './recording-file.ts';
import { forNow, isCommandOfProgram, isSame } from './same-line.ts';

/** So much of a command is said to have no answer. */
const mostShown = 160;

/** Something that the box shows, so long after what was before it; without a text it ends the session. */
export interface Shown {
  readonly afterMs: number;
  readonly text?: string;
}

interface Turn {
  /** The last line that was not finished when it was typed. */
  readonly prompt: string;
  readonly typed: Typing;
  readonly answer: Shown[];
}

/** What was typed in vain. */
export interface InVain {
  readonly at: string;
  readonly prompt: string;
  readonly typed: string;
}

export interface PlayerOptions {
  readonly password: string;
  readonly show: (text: string) => void;
  readonly end: () => void;
  readonly inVain: (what: InVain) => void;
}

/**
 * One session with the box of a recording. What is typed is looked for where the recording stands, and then wherever the same
 * prompt stood. What the recording does not know gets no answer, as from a box that hangs: nothing is ever made up. Only where a program
 * waits for the end of a command, and would wait for long, the session says so and ends.
 */
export class Player {
  readonly #turns: Turn[] = [];
  readonly #options: PlayerOptions;
  #position = 0;
  #typed = '';
  #queue: Shown[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(recording: Recording, options: PlayerOptions) {
    this.#options = options;
    const landing: Shown[] = [];
    let screen = '';
    let before = 0;
    for (const { at, shows, types } of recording.events) {
      if (types !== undefined) this.#turns.push({ prompt: promptOf(screen), typed: types, answer: [] });
      else {
        screen = (screen + (shows ?? '')).slice(-4000);
        const shown = { afterMs: at - before, ...(shows === undefined ? {} : { text: shows }) };
        (this.#turns.at(-1)?.answer ?? landing).push(shown);
      }
      before = at;
    }
    this.#play(landing);
  }

  /** Keys from the other side, cut anywhere. */
  type(keys: string): void {
    for (const key of keys) {
      this.#typed += key;
      if (key === '\r' || key === '\n' || this.#find(this.#typed, true) !== undefined) this.#take();
    }
  }

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #take(): void {
    const typed = this.#typed;
    this.#typed = '';
    const index = this.#find(typed, false);
    const turn = index === undefined ? undefined : this.#turns[index];
    if (index === undefined || turn === undefined) {
      const prompt = this.#turns[this.#position]?.prompt ?? '(behind the end of the recording)';
      const isSecret = typeof this.#turns[this.#position]?.typed === 'object';
      const shown = isSecret ? '(another password than the lab has)' : typed;
      this.#options.inVain({ at: new Date().toISOString(), prompt, typed: shown });
      if (isCommandOfProgram(typed)) {
        const command = typed.trim().slice(0, mostShown);
        this.#play([
          { afterMs: 0, text: `\r\nThe recording ends here: no answer to ${command}\r\n` },
          { afterMs: 0 },
        ]);
      }
      return;
    }
    this.#position = index + 1;
    this.#play(typeof turn.typed === 'string' ? forNow(turn.answer, turn.typed, typed) : turn.answer);
  }

  /** `asKey`: only what was typed without an Enter then. */
  #find(typed: string, asKey: boolean): number | undefined {
    const prompt = this.#turns[this.#position]?.prompt;
    const order = [...this.#turns.keys()];
    return [...order.slice(this.#position), ...order.slice(0, this.#position)].find((index) => {
      const turn = this.#turns[index];
      if (turn === undefined || turn.prompt !== prompt) return false;
      if (typeof turn.typed !== 'string')
        return !asKey && typed.replace(/[\r\n]+$/, '') === this.#options.password;
      return asKey === !/[\r\n]$/.test(turn.typed) && isSame(turn.typed, typed);
    });
  }

  #play(shown: readonly Shown[]): void {
    this.#queue.push(...shown);
    if (this.#timer === undefined) this.#next();
  }

  #next(): void {
    this.#timer = undefined;
    const next = this.#queue.shift();
    if (next === undefined || this.#isOver) return;
    this.#timer = setTimeout(() => {
      if (next.text === undefined) {
        this.#isOver = true;
        this.#options.end();
      } else {
        this.#options.show(next.text);
        this.#next();
      }
    }, next.afterMs);
  }
}

/** The line that a person would call the prompt: escape codes, bells and all before the last line end left out. */
function promptOf(screen: string): string {
  const plain = screen
    .replace(/\x1bE/g, '\n')
    .replace(/\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b./g, '');
  const line = plain.slice(plain.lastIndexOf('\n') + 1);
  return (line.split('\r').at(-1) ?? '').replace(/[\x00-\x1f]/g, '').trimEnd();
}
