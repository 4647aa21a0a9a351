import { randomBytes } from 'node:crypto';
import { isPlain, shellLiteral, shellQuote } from './quote.ts';

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
      ` rbn=$(printf '\\n.'); rbn=\${rbn%.}`,
      // The braces of the body are on one line, so that no continuation prompt is ever shown.
      ` ${functionName}() { printf '\\n@%s%s%s\\n' '${nonce}' '<' "$1"; ( eval "$2" ) </dev/null 2>&1; printf '\\n@%s%s%s:%s\\n' '${nonce}' '>' "$1" "$?"; }`,
    ],
    lines(number, command, lineBytes) {
      const plain = ` ${functionName} ${number} ${shellQuote(command)}`;
      if (plain.length <= lineBytes && isPlain(command)) return { before: [], line: plain };
      const before: string[] = [' rbc='];
      let line = '';
      // ` rbc="$rbc"` stands before the words, and the call of the function behind them.
      const room = lineBytes - functionName.length - 30;
      for (const word of shellLiteral(command, 'rbn', Math.min(400, room))) {
        if (line !== '' && line.length + word.length > room) {
          before.push(` rbc="$rbc"${line}`);
          line = '';
        }
        line += word;
      }
      if (line !== '') before.push(` rbc="$rbc"${line}`);
      return { before, line: ` ${functionName} ${number} "$rbc"` };
    },
    begin: (number) => `@${nonce}<${number}\n`,
    end: (number) => new RegExp(`\\n@${nonce}>${number}:(\\d+)\\n`),
  };
}
