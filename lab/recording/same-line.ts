import type { Shown } from './player.ts';

/**
 * What a program makes up anew for each session: twelve hexadecimal digits in a name of its own, the running number behind such a
 * name, two numbers that the shell has to add.
 */
const madeUp =
  /(?<=_|'|\.run[a-z]*-|\.run[a-z]*-[0-9a-f]{12}-)[0-9a-f]{12}(?![0-9a-f])|(?<=_[0-9a-f]{12} )\d+(?= )|(?<=\$\(\()\d+\+\d+(?=\)\))/g;
const masked = '********';

/** A line as it counts: without Ctrl-U before it, without its end, whatever was made up as `#`. */
function essence(line: string): string {
  const plain = line.replace(madeUp, '#');
  const text = plain.replace(/^\x15+/, '').replace(/[\r\n]+$/, '');
  return text.trim() === '' ? plain : text.trimEnd();
}

/** A program waits for the answer to this line in a root shell: it would take silence for a command that runs. */
export function isCommandOfProgram(line: string): boolean {
  return /(?:^|; ) *\w+_[0-9a-f]{12} \d+ /.test(line);
}

/** Was this typed then? Anything may stand where the recording is masked. */
export function isSame(then: string, now: string): boolean {
  const [a, b] = [essence(then), essence(now)];
  if (!a.includes(masked)) return a === b;
  const pieces = a.split(masked);
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    const found = b.indexOf(piece, at);
    if (found < 0 || (index === 0 && found !== 0)) return false;
    at = found + piece.length;
  }
  return b.endsWith(pieces.at(-1) ?? '');
}

/** The answer of then, with what is made up now. Nothing else in it is changed. */
export function forNow(answer: readonly Shown[], then: string, now: string): readonly Shown[] {
  const olds = [...then.matchAll(madeUp)];
  const news = [...now.matchAll(madeUp)];
  const words = new Map<string, string>();
  let number: { old: string; name: string; now: string } | undefined;
  for (const [i, { 0: old }] of olds.entries()) {
    const fresh = news[i]?.[0];
    if (fresh === undefined) continue;
    if (old.includes('+')) {
      words.set(old, fresh);
      words.set(sum(old), sum(fresh));
    } else if (old.length === 12) words.set(old, fresh);
    else number = { old, name: news[i - 1]?.[0] ?? '', now: fresh };
  }
  if (words.size === 0) return answer;
  const change = (text: string): string => {
    let changed = text;
    for (const [old, fresh] of words) changed = changed.replaceAll(old, fresh);
    if (number !== undefined) {
      const { old, name, now: fresh } = number;
      changed = changed.replace(new RegExp(`(${name}[<> ])${old}(?=\\D)`, 'g'), `$1${fresh}`);
    }
    return changed;
  };
  return joined(answer, change);
}

function sum(addition: string): string {
  return String(addition.split('+').reduce((total, part) => total + Number(part), 0));
}

/** Changes texts piece by piece; where something that is changed lies across a border, the pieces become one. */
function joined(answer: readonly Shown[], change: (text: string) => string): Shown[] {
  const whole = change(answer.map(({ text = '' }) => text).join(''));
  if (answer.map(({ text }) => (text === undefined ? '' : change(text))).join('') === whole)
    return answer.map((one) => (one.text === undefined ? one : { ...one, text: change(one.text) }));
  const [first] = answer;
  const ends = answer.filter(({ text }) => text === undefined);
  return [{ afterMs: first?.afterMs ?? 0, text: whole }, ...ends];
}
