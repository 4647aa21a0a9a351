import type { Dialogue } from '../profile/dialogue.ts';
import { recognise } from './recognise.ts';
import type { Terminal } from './terminal.ts';

/** A box that does not answer is left as it is. */
const patienceMs = 3_000;

/**
 * The state in which a terminal was found that goes on when the connection ends, as the console of a module does; undefined where the
 * end of the connection ends everything.
 */
export function foundOpen(dialogue: Dialogue, states: readonly string[]): string | undefined {
  const last = states.findLastIndex((name) => dialogue.states[name]?.staysOpen !== undefined);
  const open = states[last];
  if (open === undefined) return undefined;
  return dialogue.states[open]?.staysOpen === 'behind' ? states[last + 1] : open;
}

/**
 * Leaves the root shell, and where the terminal would stay as it is, every state that was entered: nobody after us may find a
 * shell of ours. Only at prompts that were seen on the way in is something typed.
 */
export async function wayBack(
  terminal: Terminal,
  dialogue: Dialogue,
  states: readonly string[],
): Promise<void> {
  const { goal } = dialogue;
  terminal.text.reset();
  terminal.type(` ${dialogue.states[goal]?.leave ?? 'exit'}\r`);
  const found = foundOpen(dialogue, states);
  if (found === undefined) return;
  for (let left = states.length; left > 0; left -= 1) {
    const state = await nextPrompt(terminal, dialogue);
    const leave = state === undefined ? undefined : dialogue.states[state]?.leave;
    if (state === undefined || leave === undefined || state === found || !states.includes(state)) return;
    terminal.text.reset();
    terminal.type(`${dialogue.states[state]?.lineClear ?? ''}${leave}\r`);
  }
}

/** The state that the terminal comes to on a new line; undefined where that is none, or not soon. */
async function nextPrompt(terminal: Terminal, dialogue: Dialogue): Promise<string | undefined> {
  const { text, clock } = terminal;
  const from = text.lineNumber;
  const deadline = clock.now() + patienceMs;
  for (;;) {
    const seen = terminal.events;
    const sight =
      text.lineNumber > from ? recognise(dialogue, text.line, text.text, undefined, text.bytes) : undefined;
    const left = deadline - clock.now();
    if (left <= 0) return undefined;
    const event = await terminal.next(seen, Math.min(left, sight?.silenceMs ?? left));
    if (event === 'closed') return undefined;
    if (event === 'quiet' && sight !== undefined) return sight.kind === 'state' ? sight.name : undefined;
  }
}
