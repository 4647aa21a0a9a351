/** The other side is gone; whatever reads from the terminal ends with this. */
export class Hangup extends Error {
  constructor() {
    super('hangup');
    this.name = 'Hangup';
  }
}

/** What a line reader gave: a line, end of input (Ctrl-D), or an interrupt (Ctrl-C). */
export type LineResult =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'eof' }
  | { readonly kind: 'interrupt' };

interface Waiter {
  accept(char: string): boolean;
  hangup(): void;
}

/** Linux keeps at most this much of a line while a program reads the terminal line by line (N_TTY_BUF_SIZE). */
const canonicalLimit = 4095;

/**
 * A pseudo terminal with the two readers that matter: a line editor (what bash and CLISH do at their prompts: own echo,
 * wrapped at the terminal's width) and the kernel's line discipline (what a running program sees). What is typed ahead
 * while a program runs is echoed at once by the kernel and again by the line editor later, as on a real box.
 */
export class Pty {
  columns: number;
  /** `stty echo`: the line editor obeys it too, as readline does. */
  echo = true;
  /** Everything that was shown, echoes included. */
  transcript = '';
  /** Ctrl-C while a program runs. */
  onInterrupt: (() => void) | undefined;
  readonly #send: (text: string) => void;
  readonly #abort = new AbortController();
  #typed: string[] = [];
  #waiter: Waiter | undefined;

  constructor(send: (text: string) => void, columns = 80) {
    this.#send = send;
    this.columns = columns;
  }

  get hungUp(): AbortSignal {
    return this.#abort.signal;
  }

  /** Bytes typed by the other side. */
  feed(text: string): void {
    for (const char of text) {
      if (this.#waiter) {
        if (this.#waiter.accept(char)) this.#waiter = undefined;
      } else this.#discipline(char);
    }
  }

  hangup(): void {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort(new Hangup());
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.hangup();
  }

  /** Shows text; a line feed becomes CR LF, as the kernel's onlcr does. */
  write(text: string): void {
    this.#raw(text.replace(/\r?\n/g, '\r\n'));
  }

  #raw(text: string): void {
    if (text === '' || this.#abort.signal.aborted) return;
    this.transcript += text;
    if (this.transcript.length > 400_000) this.transcript = this.transcript.slice(-300_000);
    this.#send(text);
  }

  /** The kernel: a program runs, so the line is echoed now and kept for whoever reads next. */
  #discipline(char: string): void {
    if (char === '\x03') {
      this.#typed = [];
      if (this.echo) this.#raw('^C');
      this.onInterrupt?.();
      return;
    }
    const last = this.#typed.at(-1);
    if (char === '\x7f' || char === '\x15') {
      while (this.#typed.length > 0 && this.#typed.at(-1) !== '\n') {
        this.#typed.pop();
        if (this.echo) this.#raw('\b \b');
        if (char === '\x7f') break;
      }
      return;
    }
    const stored = char === '\r' ? '\n' : char;
    if (stored !== '\n' && last !== '\n' && this.#lineLength() >= canonicalLimit) return;
    this.#typed.push(stored);
    if (this.echo && char !== '\x04') this.#raw(stored === '\n' ? '\r\n' : char);
  }

  #lineLength(): number {
    return this.#typed.length - (this.#typed.lastIndexOf('\n') + 1);
  }

  /** A prompt with a line editor. `initial` stands in the line already, as CLISH leaves a rejected command there. */
  editLine(prompt: string, options: { initial?: string } = {}): Promise<LineResult> {
    let line = options.initial ?? '';
    let column = visibleLength(prompt);
    const show = (text: string): void => {
      if (!this.echo) return;
      for (const char of text) {
        this.#raw(char);
        column++;
        // Readline forces the wrap of a full line with a blank and a carriage return (facts 2.1: "( \r|\r )*").
        if (column >= this.columns) {
          this.#raw(' \r');
          column = 0;
        }
      }
    };
    const erase = (count: number): void => {
      if (this.echo) this.#raw('\b \b'.repeat(count));
      column = Math.max(0, column - count);
    };
    this.#raw(prompt);
    show(line);
    return this.#read<LineResult>((char, done) => {
      switch (char) {
        case '\r':
        case '\n':
          this.#raw('\r\n');
          return done({ kind: 'line', text: line });
        case '\x03':
          this.#raw('^C\r\n');
          return done({ kind: 'interrupt' });
        case '\x04':
          return line === '' ? done({ kind: 'eof' }) : undefined;
        case '\x15':
        case '\x01\x0b':
          erase(line.length);
          line = '';
          return undefined;
        case '\x7f':
        case '\b':
          if (line !== '') {
            line = line.slice(0, -1);
            erase(1);
          }
          return undefined;
        case '\x01':
        case '\x0b':
          // Ctrl-A Ctrl-K, which some drivers use to clear the line: taken together they empty it.
          if (char === '\x0b') {
            erase(line.length);
            line = '';
          }
          return undefined;
        default:
          if (char >= ' ' || char === '\t') {
            line += char;
            show(char);
          }
          return undefined;
      }
    });
  }

  /**
   * One line as a program gets it from its terminal. `flush` throws typed-ahead input away first, as sudo and passwd do
   * when they switch echo off, so a password sent before its prompt is lost.
   */
  async readLine(options: { echo?: boolean; flush?: boolean } = {}): Promise<string | undefined> {
    const before = this.echo;
    if (options.flush) this.#typed = [];
    if (options.echo === false) this.echo = false;
    try {
      for (;;) {
        const end = this.#typed.indexOf('\n');
        if (end >= 0)
          return this.#typed
            .splice(0, end + 1)
            .join('')
            .slice(0, -1);
        const eof = this.#typed.indexOf('\x04');
        if (eof >= 0) {
          const text = this.#typed
            .splice(0, eof + 1)
            .join('')
            .slice(0, -1);
          return text === '' ? undefined : text;
        }
        await this.#next();
      }
    } finally {
      this.echo = before;
    }
  }

  /** Waits for one more character through the kernel's discipline. */
  #next(): Promise<void> {
    return new Promise((done, fail) => {
      if (this.#abort.signal.aborted) {
        fail(new Hangup());
        return;
      }
      this.#waiter = {
        accept: (char) => {
          this.#waiter = undefined;
          const interrupted = char === '\x03';
          this.#discipline(char);
          if (interrupted) fail(new Interrupted());
          else done();
          return true;
        },
        hangup: () => fail(new Hangup()),
      };
    });
  }

  #read<T>(step: (char: string, done: (value: T) => true) => true | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#abort.signal.aborted) {
        reject(new Hangup());
        return;
      }
      const done = (value: T): true => {
        resolve(value);
        return true;
      };
      const pending = this.#typed;
      this.#typed = [];
      for (let i = 0; i < pending.length; i++) {
        if (step(pending[i] ?? '', done)) {
          this.#typed = pending.slice(i + 1);
          return;
        }
      }
      this.#waiter = { accept: (char) => step(char, done) === true, hangup: () => reject(new Hangup()) };
    });
  }

  /** One key, unechoed: what a pager waits for. */
  readKey(): Promise<string> {
    return this.#read<string>((char, done) => done(char));
  }
}

/** Ctrl-C hit a program that was reading. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

/** Length of the last line of a prompt without escape sequences. */
function visibleLength(prompt: string): number {
  const last = prompt.slice(prompt.lastIndexOf('\n') + 1);
  return last.replace(/\x1b(\[[0-9;?]*[A-Za-z]|E)/g, '').replace(/[\x00-\x1f]/g, '').length;
}
