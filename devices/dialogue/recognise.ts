import { regex } from '../profile/pattern.ts';
import type { Dialogue } from '../profile/dialogue.ts';
import type { ErrorCode } from '../../errors/index.ts';

/** What stands at the end of the terminal. */
export type Sight =
  | { readonly kind: 'state'; readonly name: string; readonly silenceMs: number }
  | { readonly kind: 'pager'; readonly name: string; readonly send: string; readonly silenceMs: number }
  | undefined;

/** No prompt is longer; a longer line is output, and patterns are not tried on it: some would take minutes for it. */
export const longestPrompt = 4096;

/** A text that ends the walk. */
export interface Stop {
  readonly name: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly freeze?: 'box' | 'credential';
}

/**
 * Reads the last line as a prompt. `since` is the text since the last thing that was sent, `move` the one it came from, `bytes` the end
 * of what came, as it came.
 * Pure; says nothing about whether the box has finished: that takes silence.
 */
export function recognise(
  dialogue: Dialogue,
  line: string,
  since: string,
  move: string | undefined,
  bytes = '',
): Sight {
  if (line.length > longestPrompt) return undefined;
  const prompt = asPrompt(line);
  for (const [name, pager] of Object.entries(dialogue.pagers)) {
    if (regex(pager.prompt, '').test(prompt)) {
      return { kind: 'pager', name, send: pager.send, silenceMs: dialogue.silenceMs };
    }
  }
  for (const [name, state] of Object.entries(dialogue.states)) {
    if (!regex(state.prompt, '').test(prompt)) continue;
    if (state.onlyAfter !== undefined && (move === undefined || !state.onlyAfter.includes(move))) continue;
    if (state.context !== undefined && !regex(state.context).test(since)) continue;
    const isSure = state.surePrompt !== undefined && regex(state.surePrompt, '').test(bytes);
    return {
      kind: 'state',
      name,
      silenceMs: isSure ? dialogue.silenceMs : (state.silenceMs ?? dialogue.silenceMs),
    };
  }
  return undefined;
}

/** A text in the answer that means: go no further. */
export function findStop(dialogue: Dialogue, since: string, move: string | undefined): Stop | undefined {
  for (const [name, stop] of Object.entries(dialogue.stops)) {
    if (stop.afterMoves !== undefined && (move === undefined || !stop.afterMoves.includes(move))) continue;
    if (!regex(stop.pattern).test(since)) continue;
    return {
      name,
      code: stop.code,
      message: stop.message,
      ...(stop.freeze === undefined ? {} : { freeze: stop.freeze }),
    };
  }
  return undefined;
}

/**
 * Has the shell ended under a command that runs? Its output may say anything, so what a shell says at its end counts only where
 * the text stops there: at that very line, or at a prompt that is not the root shell's right after it.
 */
export function showsEnd(dialogue: Dialogue, tail: string): boolean {
  const lines = tail.split('\n');
  const last = lines.at(-1) ?? '';
  if (last.trim() === '' || last.length > longestPrompt) return false;
  if (saysEnd(dialogue, last)) return true;
  const prompt = asPrompt(last);
  const isOther = Object.entries(dialogue.states).some(
    ([name, state]) => name !== dialogue.goal && regex(state.prompt, '').test(prompt),
  );
  return isOther && saysEnd(dialogue, lines.slice(-6, -1).join('\n'));
}

/** Does a line of the text say that a shell has ended? */
export function saysEnd(dialogue: Dialogue, text: string): boolean {
  return dialogue.lost.some((one) => regex(`(?:${one})\\s*$`).test(text));
}

/** Does the box show only what was typed, after some prompt, as when it swallowed the line or left it standing? */
export function showsOnlyTyped(dialogue: Dialogue, line: string, typed: string): boolean {
  const trimmed = line.trimEnd();
  if (typed === '' || line.length > longestPrompt || !trimmed.endsWith(typed)) return false;
  const before = asPrompt(trimmed.slice(0, trimmed.length - typed.length));
  return Object.values(dialogue.states).some((state) => regex(state.prompt, '').test(before));
}

/** Boxes end their prompts with one blank, or wrap them with several; a bare word boundary is the same prompt. */
function asPrompt(line: string): string {
  const bare = line.trimEnd();
  return bare.length === line.length ? line : `${bare} `;
}
