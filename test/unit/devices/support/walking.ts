import { loadProfiles, type ApplianceProfile } from '../../../../devices/index.ts';
import { CommandLine } from '../../../../devices/dialogue/command-line.ts';
import { Terminal } from '../../../../devices/dialogue/terminal.ts';
import { walkToGoal } from '../../../../devices/dialogue/walk.ts';
import { createMask } from '../../../../devices/masking.ts';
import type { Arrival } from '../../../../devices/session.ts';
import { ScriptedBox, type Script } from './scripted-box.ts';

export const sudoPassword = 'Sudo-s3cret';

/** A shipped profile with pauses short enough for a test. */
export function quickProfile(family: string, silenceMs = 15): ApplianceProfile {
  const shipped = loadProfiles().profiles.get(family);
  if (shipped === undefined) throw new Error(`no profile ${family}`);
  const profile = structuredClone(shipped);
  Object.assign(profile.dialogue, { silenceMs, unknownAfterMs: 150, landingMs: 300 });
  for (const state of Object.values(profile.dialogue.states))
    if (state.silenceMs !== undefined) state.silenceMs = silenceMs;
  for (const move of Object.values(profile.dialogue.moves)) {
    move.settleMs = 0;
    if (move.patienceMs !== undefined) move.patienceMs = 150;
  }
  for (const ask of Object.values(profile.dialogue.asks)) ask.patienceMs = 150;
  return profile;
}

export interface Walked {
  readonly box: ScriptedBox;
  readonly arrival: Arrival;
  readonly terminal: Terminal;
  readonly commandLine: CommandLine;
}

/** Walks through a script and sets the sentinel; a failed walk carries the box in `box` of the error. */
export async function walk(script: Script, profile = quickProfile('cisco-firepower')): Promise<Walked> {
  const box = new ScriptedBox(script);
  const terminal = new Terminal(box, 'box', createMask([sudoPassword]));
  try {
    const arrival = await walkToGoal(terminal, {
      dialogue: profile.dialogue,
      secret: () => Promise.resolve(sudoPassword),
    });
    const commandLine = new CommandLine(terminal, profile);
    await commandLine.setUp();
    return { box, arrival, terminal, commandLine };
  } catch (error) {
    throw Object.assign(error as Error, { box });
  }
}

/** Ways to cut a text, by name: at one byte, into single bytes, not at all. */
export function cutAt(position: number): (text: string) => readonly string[] {
  return (text) => [text.slice(0, position), text.slice(position)];
}
