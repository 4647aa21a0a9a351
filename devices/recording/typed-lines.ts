import { TerminalText } from '../output.ts';
import { readingsOf } from './readings.ts';
import type { ReadEvent } from './session-log.ts';

/** What a person typed up to an Enter, a control key, or a key that the box answered at once. */
export interface TypedLine {
  /** The events that its keys are in. */
  readonly first: number;
  readonly last: number;
  /** `screen`: as the box showed it. `secret`: the box did not show it, or asked for a password. */
  readonly kind: 'screen' | 'secret';
  readonly text: string;
  readonly end: string;
  /** What stood before it. */
  readonly prompt: string;
}

/** At such a prompt nothing that is typed is ever written down, whether it is shown or not. */
const asksForSecret =
  /(?:pass(?:word|code|phrase)|passwd|kennwort|passwort|mot de passe|contrase\u00f1a|senha|\bpin\b|\btoken\b|\bsecret\b|one-?time|verification code)[^\n]*[:?>] *$/i;
const isPager = /-+ ?more ?-+|\(END\)|^:\s*$/i;
const ends = /[\r\n\x03\x04\x1a]/;
/** Keys that change the line in a way that only the box knows: completion, history, erasing. */
const edits = /[\x00-\x1f\x7f]/;

interface Keys {
  first: number;
  last: number;
  keys: string;
  end: string;
  prompt: string;
  line: number;
  /** Length of all that was shown when it began. */
  shown: number;
  /** Nothing was shown since the line before it: it was typed ahead. */
  isAhead: boolean;
}

/**
 * Reads from the screen what a person typed. What the box did not show is a secret: so nothing is written down that a person
 * who looked on would not have seen.
 */
export function typedLines(events: readonly ReadEvent[]): TypedLine[] {
  const { all, text, screen } = keysOf(events);
  return all.map((one, index) => {
    // What was typed ahead in one go is answered in one go.
    const next = all.slice(index + 1).find(({ shown }) => shown > one.shown);
    return judge(one, text.slice(one.shown, next?.shown ?? text.length), screen);
  });
}

function keysOf(events: readonly ReadEvent[]): { all: Keys[]; text: string; screen: string[] } {
  const terminal = new TerminalText();
  const all: Keys[] = [];
  let text = '';
  let shownAtLast = -1;
  let open: Keys | undefined;
  const close = (end: string): void => {
    if (open !== undefined) all.push({ ...open, end });
    open = undefined;
  };
  events.forEach((event, index) => {
    if ('shown' in event) {
      text += event.shown;
      terminal.feed(event.shown);
      // The box has answered a key without an Enter.
      if (open !== undefined && terminal.lineNumber > open.line) close('');
    } else if ('typed' in event) {
      for (const key of event.typed) {
        open ??= {
          first: index,
          last: index,
          keys: '',
          end: '',
          prompt: terminal.line,
          line: terminal.lineNumber,
          shown: text.length,
          isAhead: text.length === shownAtLast,
        };
        open.last = index;
        if (ends.test(key)) {
          shownAtLast = text.length;
          close(key);
        } else open.keys += key;
      }
    }
  });
  close('');
  return { all, text, screen: terminal.text.split('\n') };
}

function judge(one: Keys, shownSince: string, screen: readonly string[]): TypedLine {
  const { first, last, keys, end, prompt } = one;
  const line = { first, last, end, prompt } as const;
  if (asksForSecret.test(prompt)) return { ...line, kind: 'secret', text: withoutEdits(keys) };
  if (keys.trim() === '' || (isPager.test(prompt) && keys.length === 1))
    return { ...line, kind: 'screen', text: keys };
  if (edits.test(keys)) {
    const shown = screen[one.line] ?? '';
    const text = shown.startsWith(prompt) ? shown.slice(prompt.length).trimEnd() : '';
    if (text !== '' && !/^\*+$/.test(text)) return { ...line, kind: 'screen', text };
  } else if (isEchoed(keys, shownSince) || (one.isAhead && isEchoedLater(keys, screen.slice(one.line + 1))))
    return { ...line, kind: 'screen', text: keys };
  return { ...line, kind: 'secret', text: withoutEdits(keys) };
}

/** Does the box show what was typed, before it shows anything else? The end of a line comes first where nothing is echoed. */
function isEchoed(keys: string, shown: string): boolean {
  if (/^\s*[\r\n]/.test(shown)) return false;
  const dense = (text: string): string => text.replace(/\s/g, '');
  return dense(readingsOf(shown.slice(0, 4 * keys.length + 200)).stream.text).startsWith(dense(keys));
}

/** Typed before the box was ready for it: shown again behind the prompt that came then. */
function isEchoedLater(keys: string, lines: readonly string[]): boolean {
  const shown = lines.find((line) => line.trimEnd().endsWith(keys.trimEnd()));
  if (shown === undefined) return false;
  const prompt = shown.trimEnd().slice(0, -keys.trimEnd().length);
  return /[>#$%:?\])] ?$/.test(prompt) && !asksForSecret.test(prompt);
}

/** What is left when a person erases: as a line discipline does it. */
function withoutEdits(keys: string): string {
  let text = '';
  for (const key of keys) {
    if (key === '\x7f' || key === '\b') text = text.slice(0, -1);
    else if (key === '\x15') text = '';
    else if (key >= ' ') text += key;
  }
  return text;
}
