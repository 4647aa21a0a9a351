import { type RunbookError } from '../../../../errors/index.ts';
import type { ByteStream } from '../../../../devices/transport/transport.ts';

export interface Exchange {
  /** What must be typed, without line end and line-clear keys; `end: ''` in a move means the bare keys. */
  readonly typed: string;
  readonly answer: string;
}

export interface Script {
  readonly opening: string;
  readonly exchanges: readonly Exchange[];
  /** What commands print in the root shell, and their status; unknown ones print nothing. */
  readonly commands?: Readonly<Record<string, readonly [output: string, status?: number]>>;
  /** Where each text is cut before it is delivered. */
  readonly cut?: (text: string) => readonly string[];
  /** Shows what is typed in the root shell, as a box without `stty` does. */
  readonly echoes?: boolean;
}

/** A box that answers exactly what its script says, through a stream, cut into pieces. It shares nothing with the driver but the wire. */
export class ScriptedBox implements ByteStream {
  readonly typed: string[] = [];
  readonly unexpected: string[] = [];
  isClosed = false;
  #script: Script;
  #next = 0;
  #listener: (chunk: Buffer) => void = () => undefined;
  #end: (reason?: RunbookError) => void = () => undefined;
  #queue: Buffer[] = [];
  #busy = false;
  #nonce = '';
  #command = '';

  constructor(script: Script) {
    this.#script = script;
  }

  onData(listener: (chunk: Buffer) => void): void {
    this.#listener = listener;
    this.say(this.#script.opening);
  }

  onEnd(listener: (reason?: RunbookError) => void): void {
    this.#end = listener;
  }

  write(data: string | Buffer): void {
    const line = data.toString().replaceAll('\x15', '').replace(/\r$/, '');
    this.typed.push(line);
    const expected = this.#script.exchanges[this.#next];
    if (expected !== undefined && expected.typed === line) {
      this.#next += 1;
      this.say(expected.answer);
    } else if (this.#next === this.#script.exchanges.length) this.#root(line);
    else this.unexpected.push(line);
  }

  close(): void {
    this.isClosed = true;
  }

  /** Ends the connection from the side of the box. */
  hangUp(): void {
    this.#end();
  }

  say(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    const pieces = this.#script.cut?.(bytes.toString('latin1')) ?? [bytes.toString('latin1')];
    this.#queue.push(...pieces.filter((piece) => piece !== '').map((piece) => Buffer.from(piece, 'latin1')));
    if (!this.#busy) this.#deliver();
  }

  #deliver(): void {
    this.#busy = this.#queue.length > 0;
    const piece = this.#queue.shift();
    if (piece === undefined) return;
    setImmediate(() => {
      this.#listener(piece);
      this.#deliver();
    });
  }

  #root(line: string): void {
    const echo = this.#script.echoes === true ? `${line}\r\n` : '';
    const sum = /^ echo \$\(\((\d+)\+(\d+)\)\)$/.exec(line);
    if (sum !== null) {
      this.say(`${echo}${String(Number(sum[1]) + Number(sum[2]))}\r\n`);
      return;
    }
    const definition = /^ rb_([0-9a-f]+)\(\)/.exec(line);
    if (definition !== null) {
      this.#nonce = definition[1] ?? '';
      this.say(echo);
      return;
    }
    const part = /^ rbc=(?:"\$rbc")?(.*?)(?:; rb_\w+ (\d+) :)?$/.exec(line);
    if (part !== null) {
      this.#command = line.startsWith(' rbc="$rbc"') ? this.#command + unquote(part[1] ?? '') : '';
      this.say(echo + (part[2] === undefined ? '' : this.#marks(part[2], ['', 0])));
      return;
    }
    const call = /^ rb_[0-9a-f]+ (\d+) (.*)$/s.exec(line);
    if (call === null) {
      this.say(echo);
      return;
    }
    const command = call[2] === '"$rbc"' ? this.#command : unquote(call[2] ?? '');
    const [output, status = 0] = command === 'id -u' ? ['0\n'] : (this.#script.commands?.[command] ?? ['']);
    if (output === 'HANG') return;
    this.say(echo + this.#marks(call[1] ?? '', [output, status]));
  }

  #marks(number: string, [output, status]: readonly [string, number]): string {
    return `\n@${this.#nonce}<${number}\n${output}\n@${this.#nonce}>${number}:${status}\n`.replaceAll(
      '\n',
      '\r\n',
    );
  }
}

/** Reads single quotes, `'\''`, and the variable for a new line. */
function unquote(text: string): string {
  return text.replace(
    /'([^']*)'|\\(.)|"\$rbn"/g,
    (all, quoted: string | undefined, escaped: string | undefined) =>
      all === '"$rbn"' ? '\n' : (quoted ?? escaped ?? ''),
  );
}
