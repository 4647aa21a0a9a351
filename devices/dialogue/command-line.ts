import { randomInt } from 'node:crypto';
import type { RunbookError } from '../../errors/index.ts';
import type { ApplianceProfile } from '../profile.ts';
import { regex } from '../profile/pattern.ts';
import type { Typed } from '../standing.ts';
import { visible } from '../visible.ts';
import { longestPrompt, recognise, saysEnd, showsEnd } from './recognise.ts';
import { createSentinel, definition, type Sentinel } from './sentinel.ts';
import type { Terminal } from './terminal.ts';
import { wayBack } from './way-back.ts';

/** A busy box may need this long for its first answer, whatever the profile says. */
const leastPatienceMs = 5_000;

export interface Raw {
  readonly status: number;
  /** Unmasked; for use inside this folder only. */
  readonly output: string;
}

export interface SendOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** The screen is kept out of every error. */
  readonly secret?: boolean;
  /** Larger outputs are refused. */
  readonly maxBytes?: number;
}

/**
 * A root shell at its sentinel: takes one command after the other and knows for each where its output ends and what its exit
 * status was. After an error of its own it is dead and types nothing more.
 */
export class CommandLine {
  #terminal: Terminal;
  #profile: ApplianceProfile;
  #sentinel: Sentinel = createSentinel();
  #number = 0;
  #echoVisible = true;
  #broken: Error | undefined;
  /** The command that stands at a prompt, and what it was said with. */
  #standing:
    { readonly number: number; readonly options: SendOptions; readonly error: RunbookError } | undefined;
  /** How much of the answer was there when a person typed something: what was shown before is answered. */
  #answered = 0;
  #typedLine = '';
  #running = 0;
  /** What surely looks like a question is taken for one after a silence, and not only when the time of the command is over. */
  seesQuestions = false;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(terminal: Terminal, profile: ApplianceProfile) {
    this.#terminal = terminal;
    this.#profile = profile;
  }

  /** Was the last line that was typed seen on the screen? */
  get echoVisible(): boolean {
    return this.#echoVisible;
  }

  /** A command waits at a prompt: nothing is typed but what a person answers, see {@link CommandLine.goOn}. */
  get atPrompt(): RunbookError | undefined {
    return this.isDead ? undefined : this.#standing?.error;
  }

  /** The command that waited at a prompt has ended without an answer. */
  get hasEnded(): boolean {
    const { text } = this.#terminal;
    return this.#standing !== undefined && this.#sentinel.end(this.#standing.number).test(text.tail(2000));
  }

  get isDead(): boolean {
    return this.#broken !== undefined || this.#terminal.isClosed;
  }

  /**
   * Sets the sentinel in the shell that the terminal is at. `last` are lines for the shell itself that print nothing; they may fail.
   * Errors: SESSION_SUDO_REFUSED when the shell is not root's, SESSION_LOST, SESSION_TIMEOUT.
   */
  async setUp(last: readonly string[] = [], signal?: AbortSignal): Promise<void> {
    const options = {
      timeoutMs: this.#profile.timeouts.command,
      ...(signal === undefined ? {} : { signal }),
    };
    await this.#proveShell(signal);
    const own = last.flatMap((line) => definition(line, this.#profile.limits.lineBytes));
    const lines = [...this.#profile.dialogue.shellSetUp, ...this.#sentinel.setUp, ...own];
    this.#terminal.type(lines.map((line) => `${line}\r`).join(''));
    // One after the other through the sentinel: the first proves that the lines above were understood.
    const who = await this.send('id -u', options);
    if (who.output.trim() !== '0') {
      throw this.#fail(
        this.#terminal.error(
          'SESSION_SUDO_REFUSED',
          `the shell is not root's (id -u says ${who.output.trim()}).`,
        ),
      );
    }
    await this.send(':', options);
  }

  /**
   * A prompt can be mistaken for one; an answer cannot: the shell has to add two numbers before anything else is typed.
   * Throws SESSION_PROMPT_UNKNOWN.
   */
  async #proveShell(signal?: AbortSignal): Promise<void> {
    const terminal = this.#terminal;
    const [a, b] = [randomInt(1_000_000, 9_000_000), randomInt(1_000_000, 9_000_000)];
    const answer = new RegExp(`^[^\\S\\n]*${a + b}[^\\S\\n]*$`, 'm');
    const deadline = terminal.clock.now() + Math.max(this.#profile.dialogue.unknownAfterMs, leastPatienceMs);
    terminal.text.reset();
    terminal.type(` echo $((${a}+${b}))\r`);
    for (;;) {
      const seen = terminal.events;
      if (answer.test(terminal.text.text)) return;
      if (terminal.text.length > this.#profile.limits.outputBytes)
        throw this.#fail(
          terminal.error('SESSION_OUTPUT_UNREADABLE', 'shows more and more at the prompt of a root shell.'),
        );
      const left = deadline - terminal.clock.now();
      const event =
        left <= 0 ? 'quiet' : await this.#next(seen, left, signal === undefined ? {} : { signal });
      if (event === 'closed') throw this.#fail(terminal.lost);
      if (event === 'quiet') {
        throw this.#fail(
          terminal.error(
            'SESSION_PROMPT_UNKNOWN',
            'shows the prompt of a root shell and does not answer as one.',
          ),
        );
      }
    }
  }

  /**
   * Goes back by the `states` that led here, when nothing runs in the shell; nothing more is typed in it. It never throws: who
   * leaves does not care.
   */
  async leave(states: readonly string[]): Promise<void> {
    if (this.isDead || this.#running > 0 || this.#standing !== undefined) return;
    this.#broken = this.#terminal.lost;
    await wayBack(this.#terminal, this.#profile.dialogue, states).catch(() => undefined);
  }

  /** Runs one command. Calls wait for each other. */
  send(command: string, options: SendOptions): Promise<Raw> {
    this.#running += 1;
    const result = this.#busy.then(() => this.#send(command, options));
    this.#busy = result.catch(() => undefined).finally(() => (this.#running -= 1));
    return result;
  }

  async #send(command: string, options: SendOptions): Promise<Raw> {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#standing !== undefined) throw this.#standing.error;
    options.signal?.throwIfAborted();
    this.#checkStillOurs();
    const number = (this.#number += 1);
    const { before, line } = this.#sentinel.lines(number, command, this.#profile.limits.lineBytes);
    for (const part of before) await this.#type(part, options, undefined);
    return this.#type(line, options, number);
  }

  /** A line that prints nothing is followed by an empty command, so that the next one is typed only after it was taken. */
  async #type(line: string, options: SendOptions, number: number | undefined): Promise<Raw> {
    if (number !== undefined) return this.#exchange(line, number, options);
    const next = (this.#number += 1);
    return this.#exchange(`${line}; ${this.#sentinel.functionName} ${next} :`, next, options);
  }

  /**
   * Types what a person has answered to the command that stands at a prompt (nothing where it has ended by itself), and waits for its
   * end; what it printed belongs to nobody. Throws SESSION_PROMPT_UNKNOWN when it stands again.
   */
  async goOn(typed: Typed | undefined, signal?: AbortSignal): Promise<void> {
    if (this.#standing === undefined) return;
    const { number, options } = this.#standing;
    this.#standing = undefined;
    this.#answered = this.#terminal.text.length;
    if (typed !== undefined) this.#terminal.type(typed.text);
    const { timeoutMs, maxBytes } = options;
    await this.#untilEnd(number, {
      timeoutMs,
      ...(maxBytes === undefined ? {} : { maxBytes }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async #exchange(line: string, number: number, options: SendOptions): Promise<Raw> {
    this.#terminal.text.reset();
    this.#answered = 0;
    this.#typedLine = line;
    this.#terminal.type(`${line}\r`);
    return await this.#untilEnd(number, options);
  }

  async #untilEnd(number: number, options: SendOptions): Promise<Raw> {
    const terminal = this.#terminal;
    const { text } = terminal;
    const begin = this.#sentinel.begin(number);
    const end = this.#sentinel.end(number);
    const deadline = terminal.clock.now() + options.timeoutMs;
    let silentSince = terminal.clock.now();
    const maxLength = options.maxBytes ?? this.#profile.limits.outputBytes;
    for (;;) {
      const seen = terminal.events;
      // The end mark is short: only the end of a long text has to be looked at.
      const tail = text.tail(2000);
      if (tail.includes(this.#sentinel.endMark) && end.test(tail)) break;
      if (text.length > maxLength) {
        throw this.#fail(
          this.#error(
            'SESSION_OUTPUT_UNREADABLE',
            `a command printed more than ${maxLength} characters.`,
            options,
          ),
        );
      }
      const left = deadline - terminal.clock.now();
      const silentMs = terminal.clock.now() - silentSince;
      if (left <= 0 && this.#asks(this.#profile.dialogue.question, options))
        throw this.#stand(`did not end within ${options.timeoutMs} ms`, number, options);
      if (this.#surelyAsks(silentMs, begin, options))
        throw this.#stand(`has shown nothing for ${silentMs} ms`, number, options);
      if (left <= 0)
        throw this.#fail(
          this.#error('SESSION_TIMEOUT', `a command did not end within ${options.timeoutMs} ms.`, options),
        );
      const event = await this.#next(seen, Math.min(left, 1000), options);
      if (event === 'closed') throw this.#fail(terminal.lost);
      if (event === 'quiet') this.#checkAlive(begin, options);
      else silentSince = terminal.clock.now();
    }
    const shown = text.text;
    const from = shown.indexOf(begin);
    const found = end.exec(shown);
    // Both marks hold the random number: without the first the text is not whole.
    if (from < 0 || found === null)
      throw this.#fail(
        this.#error('SESSION_OUTPUT_UNREADABLE', 'the start of an answer is missing.', options),
      );
    // An echo may be broken at the width of the terminal.
    this.#echoVisible = shown.slice(0, from).replaceAll('\n', '').includes(this.#sentinel.functionName);
    text.reset();
    const length = found.index - from - begin.length;
    if (length > maxLength)
      throw this.#error(
        'SESSION_OUTPUT_UNREADABLE',
        `a command printed ${length} characters, more than ${maxLength}.`,
        options,
      );
    return { status: Number(found[1]), output: shown.slice(from + begin.length, found.index) };
  }

  async #next(seen: number, ms: number, options: Pick<SendOptions, 'signal'>): Promise<string> {
    try {
      return await this.#terminal.next(seen, ms, options.signal);
    } catch (error) {
      // The command goes on without us; what the shell shows next belongs to it.
      throw this.#fail(error as Error);
    }
  }

  /** Does the last line look like a question? What a secret command shows, nobody may see. */
  #asks(question: string, options: SendOptions): boolean {
    const { line } = this.#terminal.text;
    if (options.secret === true || line.length > longestPrompt) return false;
    return regex(question, '').test(line);
  }

  /** The echo of what was typed may say anything. */
  #surelyAsks(silentMs: number, begin: string, options: SendOptions): boolean {
    const { sureQuestion, questionAfterMs } = this.#profile.dialogue;
    const { text } = this.#terminal;
    return (
      this.seesQuestions &&
      sureQuestion !== undefined &&
      silentMs >= questionAfterMs &&
      text.length > this.#answered &&
      this.#asks(sureQuestion, options) &&
      (text.text.includes(begin) || !this.#typedLine.includes(text.line.trim()))
    );
  }

  /** The session is left as it is: whoever uses it keeps it for a person, or closes it. */
  #stand(why: string, number: number, options: SendOptions): RunbookError {
    const line = this.#terminal.mask(this.#terminal.text.line);
    const error = this.#terminal.error(
      'SESSION_PROMPT_UNKNOWN',
      `a command ${why} and waits at: ${visible(line)}`,
      {
        inCommand: true,
        line,
        state:
          'A command waits at this prompt; nothing was typed there. When it ends by itself, the run goes on by itself.',
      },
    );
    this.#standing = { number, options, error };
    return error;
  }

  /** Silence while a command runs: has the shell ended under it? */
  #checkAlive(begin: string, options: SendOptions): void {
    const tail = this.#terminal.text.tail(2000);
    const name = this.#sentinel.functionName;
    const isForeign =
      !this.#terminal.text.text.includes(begin) && new RegExp(`${name}\\b[^\\n]*not found`).test(tail);
    if (isForeign || showsEnd(this.#profile.dialogue, tail)) {
      throw this.#fail(this.#error('SESSION_LOST', 'the root shell has ended.', options));
    }
  }

  /** Between two commands the shell is silent. A line begun by something else means that it is not ours any more. */
  #checkStillOurs(): void {
    const { text } = this.#terminal;
    if (this.#terminal.isClosed) throw this.#fail(this.#terminal.lost);
    if (this.#number < 2 || text.length === 0) return;
    const isLost = saysEnd(this.#profile.dialogue, text.tail(2000));
    // A shell that keeps its prompt in spite of the set-up is still ours; the function of the sentinel guards it.
    const sight = recognise(this.#profile.dialogue, text.line, text.text, undefined);
    const isAtGoal = sight?.kind === 'state' && sight.name === this.#profile.dialogue.goal;
    if (isLost || (!isAtGoal && text.line.trim() !== '')) {
      throw this.#fail(
        this.#terminal.error(
          'SESSION_LOST',
          'the root shell has ended, or something else writes to its terminal.',
        ),
      );
    }
  }

  #error(
    code: 'SESSION_TIMEOUT' | 'SESSION_LOST' | 'SESSION_OUTPUT_UNREADABLE',
    message: string,
    options: SendOptions,
  ): Error {
    return this.#terminal.error(
      code,
      message,
      options.secret === true ? { screen: '(kept back: it may show a secret)' } : {},
    );
  }

  #fail(error: Error): Error {
    this.#broken ??= error;
    this.#terminal.close();
    return error;
  }
}
