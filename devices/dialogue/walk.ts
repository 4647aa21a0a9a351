import { regex } from '../profile/pattern.ts';
import type { Dialogue, DialogueMove } from '../profile/dialogue.ts';
import type { ErrorContext } from '../../errors/index.ts';
import type { Arrival } from '../session.ts';
import type { Typed } from '../standing.ts';
import { visible } from '../visible.ts';
import { findStop, recognise, showsOnlyTyped } from './recognise.ts';
import type { Watch } from './watch.ts';
import type { Terminal } from './terminal.ts';

export interface WalkOptions {
  readonly dialogue: Dialogue;
  /** Fetched when a prompt asks for it, once. */
  readonly secret: (kind: 'password' | 'sudoPassword') => Promise<string>;
  readonly signal?: AbortSignal;
  /** Names of the asks on request that are wanted. */
  readonly ask?: readonly string[];
  readonly watch?: Watch;
}

const maxSteps = 40;

/** A box that has shown so much without coming to a prompt goes on for ever: it must not fill the memory of the worker. */
const mostShown = 1024 * 1024;

/**
 * Finds out where the session landed and walks to the goal by the moves of the profile.
 *
 * Each step: wait until the end of the text is a known prompt and the box is silent; look for a text that stops the walk;
 * ask what the profile wants asked here; take the first move that fits and was not taken from here. A prompt that no state
 * describes ends the walk with SESSION_PROMPT_UNKNOWN and nothing more is typed.
 *
 * Errors: SESSION_PROMPT_UNKNOWN, SESSION_LOST, SESSION_TIMEOUT, and the codes that moves and stops of the profile name.
 */
export async function walkToGoal(terminal: Terminal, options: WalkOptions): Promise<Arrival> {
  return new Walk(terminal, options).run();
}

/** See {@link walkToGoal}. One that has stopped at an unknown prompt can go on. */
export class Walk {
  #terminal: Terminal;
  #options: WalkOptions;
  #dialogue: Dialogue;
  #states: string[] = [];
  #asked: Record<string, string> = {};
  #banner: string | undefined;
  #signal: AbortSignal | undefined;
  #move: string | undefined;
  #typed = '';
  #from = '';
  #lastAnswer = '';
  /** What came before the last pager. */
  #pages = '';
  #lineAtSend = -1;
  #taken = new Set<string>();
  #deadline: number;

  constructor(terminal: Terminal, options: WalkOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#dialogue = options.dialogue;
    this.#signal = options.signal;
    this.#deadline = terminal.clock.now() + options.dialogue.walkMs;
  }

  async run(): Promise<Arrival> {
    return await this.#walkOn(this.#dialogue.landingMs);
  }

  /** Was the prompt that it stands at unknown, and is it one to this dialogue? */
  isKnownTo(dialogue: Dialogue): boolean {
    return this.#look() === undefined && this.#look(dialogue) !== undefined;
  }

  /**
   * Goes on from the prompt that it stands at, by a dialogue that knows it, or after a person has answered it. What was typed before
   * that prompt may be typed once more, where the box asks for it again; a secret never.
   */
  async goOn(dialogue: Dialogue, typed?: Typed, signal?: AbortSignal): Promise<Arrival> {
    this.#dialogue = dialogue;
    this.#signal = signal;
    this.#deadline = this.#terminal.clock.now() + dialogue.walkMs;
    if (typed !== undefined) {
      if (this.#move !== undefined && dialogue.moves[this.#move]?.secret === undefined)
        this.#taken.delete(this.#move);
      this.#type(typed.text, '');
      this.#typed = '';
      // The box may go on in the line of its question when no Enter was typed.
      if (!/[\r\n]$/.test(typed.text)) this.#lineAtSend = -1;
    }
    return await this.#walkOn(dialogue.unknownAfterMs);
  }

  async #walkOn(patienceMs: number): Promise<Arrival> {
    let state = await this.#arrive(patienceMs, Object.keys(this.#dialogue.states));
    this.#banner ??= withoutLastLine(this.#lastAnswer);
    for (let step = 0; step < maxSteps; step++) {
      this.#states.push(state);
      await this.#ask(state);
      if (state === this.#dialogue.goal) {
        return { states: this.#states, banner: this.#terminal.mask(this.#banner.trim()), asked: this.#asked };
      }
      state = await this.#take(state);
    }
    throw this.#terminal.error(
      'SESSION_PROMPT_UNKNOWN',
      `does not come to the state ${this.#dialogue.goal}: ${this.#states.join(' → ')}.`,
    );
  }

  /** Types the first move that fits, and returns the state it led to. */
  async #take(state: string): Promise<string> {
    const fitting = Object.entries(this.#dialogue.moves).filter(([, move]) => move.from === state);
    const next = fitting.find(
      ([name, move]) =>
        !this.#taken.has(name) && (move.when === undefined || regex(move.when).test(this.#lastAnswer)),
    );
    if (next === undefined) throw this.#stuck(state, fitting);
    const [name, move] = next;
    this.#taken.add(name);
    if (move.settleMs > 0) await this.#terminal.pause(move.settleMs, this.#signal);
    const text = move.secret === undefined ? (move.send ?? '') : await this.#options.secret(move.secret);
    // What came meanwhile may have changed what is asked: a password is never typed at another prompt.
    if (this.#look()?.name !== state) throw this.#unknown();
    this.#move = name;
    this.#from = state;
    this.#options.watch?.({
      kind: 'typed',
      by: `moves.${name}`,
      ...(move.secret === undefined ? { text } : { secret: move.secret }),
    });
    this.#type(
      text,
      move.end,
      move.secret === undefined ? this.#dialogue.states[state]?.lineClear : undefined,
    );
    this.#typed = move.secret === undefined ? text : '';
    const reached = await this.#arrive(move.patienceMs ?? this.#dialogue.unknownAfterMs, move.to, move);
    if (reached !== state && !move.to.includes(reached)) {
      // The box threw us back to where we came from.
      if (move.refused !== undefined && this.#states.includes(reached)) throw this.#refused(name, move);
      throw this.#terminal.error(
        'SESSION_PROMPT_UNKNOWN',
        `the move ${name} led to the state ${reached}, which the profile does not foresee.`,
        this.#where(reached),
      );
    }
    return reached;
  }

  async #ask(state: string): Promise<void> {
    for (const [name, ask] of Object.entries(this.#dialogue.asks)) {
      if (ask.state !== state || name in this.#asked) continue;
      if (ask.onRequest && this.#options.ask?.includes(name) !== true) continue;
      const move = this.#move;
      this.#move = undefined;
      this.#from = state;
      this.#options.watch?.({ kind: 'typed', by: `asks.${name}`, text: ask.send });
      this.#type(ask.send, '\r', this.#dialogue.states[state]?.lineClear);
      this.#typed = ask.send;
      const reached = await this.#arrive(ask.patienceMs, [state]);
      this.#asked[name] = this.#terminal.mask(withoutEcho(withoutLastLine(this.#lastAnswer), ask.send));
      this.#move = move;
      if (reached !== state) {
        throw this.#terminal.error(
          'SESSION_PROMPT_UNKNOWN',
          `"${ask.send}" led out of the state ${state} to ${reached}.`,
        );
      }
    }
  }

  #type(text: string, end: string, clear = ''): void {
    this.#terminal.text.reset();
    this.#lineAtSend = this.#terminal.text.lineNumber;
    this.#terminal.type(clear + text + end);
  }

  #look(dialogue = this.#dialogue): ReturnType<typeof recognise> {
    const { text } = this.#terminal;
    return recognise(dialogue, text.line, this.#pages + text.text, this.#move, text.bytes);
  }

  /**
   * Waits for a known prompt with silence after it; answers pagers on the way. A text of a stop ends it, unless the box has come
   * to one of the states that are `foreseen`: then the text was a banner, or a complaint without consequence.
   */
  async #arrive(patienceMs: number, foreseen: readonly string[], move?: DialogueMove): Promise<string> {
    const terminal = this.#terminal;
    let cleared = false;
    this.#pages = '';
    let waitedMs = 0;
    for (;;) {
      const seen = terminal.events;
      const since = terminal.text.text;
      const left = this.#deadline - terminal.clock.now();
      if (left <= 0) throw terminal.error('SESSION_TIMEOUT', 'the way to the root shell takes too long.');
      if (this.#pages.length + terminal.text.length > mostShown)
        throw terminal.error(
          'SESSION_OUTPUT_UNREADABLE',
          'shows more and more, and comes to no prompt; the session was ended.',
          this.#where(),
        );
      const isNewLine = this.#lineAtSend < 0 || terminal.text.lineNumber > this.#lineAtSend;
      const sight = isNewLine ? this.#look() : undefined;
      const silenceMs =
        sight?.silenceMs ?? (waitedMs === 0 ? this.#dialogue.silenceMs : patienceMs - waitedMs);
      const event = await terminal.next(seen, Math.min(left, silenceMs), this.#signal);
      if (event === 'data') {
        waitedMs = 0;
        continue;
      }
      // Only after a silence, as for prompts: half a line may look like what it is not.
      if (sight?.kind !== 'state' || !foreseen.includes(sight.name)) this.#checkStops(since);
      if (event === 'closed') throw terminal.lost;
      if (sight?.kind === 'pager') {
        this.#options.watch?.({ kind: 'pager', name: sight.name, line: this.#line() });
        this.#pages += terminal.text.text.slice(0, -terminal.text.line.length);
        terminal.text.reset();
        // The rest of the text comes on the very line that showed the pager.
        this.#lineAtSend = -1;
        waitedMs = 0;
        terminal.type(sight.send);
        continue;
      }
      if (sight !== undefined) {
        this.#lastAnswer = this.#pages + terminal.text.text;
        this.#options.watch?.({ kind: 'state', name: sight.name, line: this.#line() });
        return sight.name;
      }
      waitedMs += silenceMs;
      if (waitedMs < patienceMs || terminal.clock.now() >= this.#deadline) continue;
      if (!cleared && this.#leftStanding(since, move)) {
        cleared = true;
        waitedMs = 0;
        this.#lastAnswer = since;
        terminal.type(`${this.#dialogue.states[this.#from]?.lineClear ?? ''}\r`);
        continue;
      }
      throw this.#unknown();
    }
  }

  #checkStops(since: string): void {
    const stop = findStop(this.#dialogue, since, this.#move);
    if (stop === undefined) return;
    const freeze = stop.freeze === undefined ? {} : { freeze: stop.freeze };
    throw this.#terminal.error(stop.code, stop.message, { ...this.#where(), stop: stop.name, ...freeze });
  }

  /** The box shows our own line after its prompt, and does nothing: text that it rejected or swallowed. */
  #leftStanding(since: string, move: DialogueMove | undefined): boolean {
    const state = this.#dialogue.states[this.#from];
    if (state?.lineClear === undefined) return false;
    if (!showsOnlyTyped(this.#dialogue, this.#terminal.text.line, this.#typed)) {
      // Before the first new line the prompt itself is no longer in the text: only the echo is.
      if (this.#terminal.text.line.trim() !== this.#typed || this.#typed === '') return false;
    }
    const { rejected } = this.#dialogue;
    return move?.mayHang === true || (rejected !== undefined && regex(rejected).test(since));
  }

  #unknown(): Error {
    const shown = this.#terminal.screen();
    return this.#terminal.error(
      'SESSION_PROMPT_UNKNOWN',
      shown === ''
        ? 'shows nothing at all.'
        : `shows something that the profile does not know: ${visible(this.#line())}`,
      { ...this.#where(), unrecognised: true },
    );
  }

  #line(): string {
    return this.#terminal.mask(this.#terminal.text.line);
  }

  /** Where the walk stands: for people, and for advice about the profile. `reached`: a state that is known. */
  #where(reached?: string): ErrorContext {
    return {
      after: this.#move ?? 'login',
      states: reached === undefined ? this.#states : [...this.#states, reached],
      line: this.#line(),
    };
  }

  #stuck(state: string, fitting: readonly (readonly [string, DialogueMove])[]): Error {
    const [name, move] =
      fitting.find(([one, each]) => this.#taken.has(one) && each.refused !== undefined) ?? fitting[0] ?? [];
    if (name !== undefined && move?.refused !== undefined) return this.#refused(name, move);
    return this.#terminal.error(
      'SESSION_PROMPT_UNKNOWN',
      `no way leads on from the state ${state}.`,
      this.#where(),
    );
  }

  #refused(name: string, move: DialogueMove): Error {
    const freeze = move.secret === undefined ? {} : { freeze: 'credential' };
    return this.#terminal.error(
      move.refused ?? 'SESSION_PROMPT_UNKNOWN',
      move.refusedMessage ?? `the move ${name} was refused.`,
      { ...this.#where(), ...freeze },
    );
  }
}

function withoutLastLine(text: string): string {
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

function withoutEcho(text: string, typed: string): string {
  const [first = '', ...rest] = text.split('\n');
  return first.trim().endsWith(typed) ? rest.join('\n') : text;
}
