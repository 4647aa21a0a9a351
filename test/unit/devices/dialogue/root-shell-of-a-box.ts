export interface RootShellOptions {
  /** What commands print, and their status; unknown ones print nothing. `HANG…`: shows the rest, and does not end. */
  readonly commands?: Readonly<Record<string, readonly [output: string, status?: number]>>;
  /** Shows what is typed, as a box does whose `stty` has no effect, broken at this many columns. */
  readonly echoes?: number;
}

/** A root shell of a box that is not there: knows the marks of the sentinel, and nothing of how the product makes them. */
export class RootShellOfABox {
  readonly #options: RootShellOptions;
  #nonce = '';
  #command = '';
  #number = '';

  constructor(options: RootShellOptions) {
    this.#options = options;
  }

  /** What appears on the terminal after a line was typed. */
  answer(line: string): string {
    const columns = this.#options.echoes;
    const echo =
      columns === undefined
        ? ''
        : `${line.match(new RegExp(`.{1,${columns}}`, 'g'))?.join('\r\n') ?? ''}\r\n`;
    return echo + this.#run(line);
  }

  #run(line: string): string {
    const sum = /^ echo \$\(\((\d+)\+(\d+)\)\)$/.exec(line);
    if (sum !== null) return `${Number(sum[1]) + Number(sum[2])}\r\n`;
    const definition = /^ rb_([0-9a-f]+)\(\)/.exec(line);
    if (definition !== null) {
      this.#nonce = definition[1] ?? '';
      return '';
    }
    const part = /^ rbc=(?:"\$rbc")?(.*?)(?:; (rb_\w+ \d+ (?::|"\$rbc")|eval "\$rbc"))?$/.exec(line);
    if (part !== null) {
      this.#command = (line.startsWith(' rbc="$rbc"') ? this.#command : '') + unquote(part[1] ?? '');
      return part[2] === undefined || part[2].startsWith('eval') ? '' : this.#run(` ${part[2]}`);
    }
    const call = /^ rb_[0-9a-f]+ (\d+) (.*)$/s.exec(line);
    if (call === null) return '';
    const command = call[2] === '"$rbc"' ? this.#command : unquote(call[2] ?? '');
    if (command === ':') return this.#marks(call[1] ?? '', ['', 0]);
    const [output, status = 0] = command === 'id -u' ? ['0\n'] : (this.#options.commands?.[command] ?? ['']);
    this.#number = call[1] ?? '';
    if (output === 'HANG') return '';
    return output.startsWith('HANG')
      ? wire(`\n@${this.#nonce}<${this.#number}\n${output.slice(4)}`)
      : this.#marks(this.#number, [output, status]);
  }

  /** The end of the command that hangs. */
  end(output: string, status: number): string {
    return wire(`${output}\n@${this.#nonce}>${this.#number}:${status}\n`);
  }

  #marks(number: string, [output, status]: readonly [string, number]): string {
    return wire(`\n@${this.#nonce}<${number}\n${output}\n@${this.#nonce}>${number}:${status}\n`);
  }
}

const wire = (text: string): string => text.replaceAll('\n', '\r\n');

/** Reads single quotes, `'\''`, octal numbers, and the variable for a new line. */
function unquote(text: string): string {
  return text.replace(
    /"\$\(printf '((?:\\\d{3})+)'\)"|'([^']*)'|\\(.)|"\$rbn"/g,
    (all, octal: string | undefined, quoted: string | undefined, escaped: string | undefined) => {
      if (all === '"$rbn"') return '\n';
      if (octal === undefined) return quoted ?? escaped ?? '';
      return Buffer.from(
        octal
          .split('\\')
          .slice(1)
          .map((one) => parseInt(one, 8)),
      ).toString('utf8');
    },
  );
}
