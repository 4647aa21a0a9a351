import { randomBytes } from 'node:crypto';
import { isPlain, shellLiteral, shellQuote } from './quote.ts';

/** The variable that stands for a line end in what is typed; see {@link shellLiteral}. */
const setNewLine = ` rbn=$(printf '\\n.'); rbn=\${rbn%.}`;

/**
 * The marks that part one command from the next in a root shell. A function is defined in the shell whose name and whose
 * printed marks hold a random number; nothing else on the box can print them, the echo of a typed line does not contain
 * them (`rb_<n> 7 …` is typed, `@<n><7` is printed), and in any other shell the function does not exist, so that a command
 * meant for root is never run elsewhere.
 *
 * Each command runs in a subshell, through `eval`, with nothing on its standard input: a half sentence, an `exit` or a
 * program that reads cannot take the session along.
 */
export interface Sentinel {
  readonly functionName: string;
  /** Lines that define the function; typed one by one. */
  readonly setUp: readonly string[];
  /** Lines that run a command; all but the last only put it together. */
  lines(
    number: number,
    command: string,
    lineBytes: number,
  ): { readonly before: readonly string[]; readonly line: string };
  begin(number: number): string;
  end(number: number): RegExp;
  /** What `end` starts with. */
  readonly endMark: string;
}

export function createSentinel(nonce = randomBytes(6).toString('hex')): Sentinel {
  const functionName = `rb_${nonce}`;
  const endMark = `\n@${nonce}>`;
  return {
    functionName,
    endMark,
    setUp: [
      setNewLine,
      // The braces of the body are on one line, so that no continuation prompt is ever shown.
      ` ${functionName}() { printf '\\n@%s%s%s\\n' '${nonce}' '<' "$1"; ( eval "$2" ) </dev/null 2>&1; printf '\\n@%s%s%s:%s\\n' '${nonce}' '>' "$1" "$?"; }`,
    ],
    lines(number, command, lineBytes) {
      const plain = ` ${functionName} ${number} ${shellQuote(command)}`;
      if (plain.length <= lineBytes && isPlain(command)) return { before: [], line: plain };
      const lines = assembled(command, lineBytes, `${functionName} ${number} "$rbc"`);
      return { before: lines.slice(0, -1), line: lines.at(-1) ?? plain };
    },
    begin: (number) => `@${nonce}<${number}\n`,
    end: (number) => new RegExp(`\\n@${nonce}>${number}:(\\d+)\\n`),
  };
}

/** A line for the shell itself, once `rbn` is set: in pieces where it is longer than the reader of the terminal takes. */
export function definition(line: string, lineBytes: number): readonly string[] {
  return line.length <= lineBytes && isPlain(line) ? [line] : assembled(line, lineBytes, 'eval "$rbc"');
}

/** Lines that put a text together in `rbc`; `then` stands behind the last piece. */
function assembled(text: string, lineBytes: number, then: string): string[] {
  // Before the pieces stands ` rbc="$rbc"`, behind them what makes the shell answer, or `then`.
  const room = lineBytes - 14 - Math.max(then.length, 30);
  const lines: string[] = [];
  let line = ' rbc=';
  for (const word of shellLiteral(text, 'rbn', Math.min(400, room))) {
    if (line.length + word.length > room) {
      lines.push(line);
      line = ' rbc="$rbc"';
    }
    line += word;
  }
  return [...lines, `${line}; ${then}`];
}
