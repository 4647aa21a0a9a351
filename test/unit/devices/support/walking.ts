import { loadProfiles, type ApplianceProfile } from '../../../../devices/index.ts';
import { CommandLine } from '../../../../devices/dialogue/command-line.ts';
import { Terminal } from '../../../../devices/dialogue/terminal.ts';
import { walkToGoal } from '../../../../devices/dialogue/walk.ts';
import { createMask } from '../../../../devices/masking.ts';
import type { Arrival } from '../../../../devices/session.ts';
import { PlayedBox, secrets, type PlayOptions } from '../dialogue/played-box.ts';
import type { Transcript } from '../dialogue/transcript.ts';

/** A shipped profile with pauses short enough for a test that runs on the clock of the machine. */
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
  readonly box: PlayedBox;
  readonly arrival: Arrival;
  readonly terminal: Terminal;
  readonly commandLine: CommandLine;
}

/** A box whose login ends at this prompt of a root shell. */
export function rootAt(prompt: string): Pick<Transcript, 'steps'> {
  return { steps: [{ prompt }, { rootShell: true }] };
}

/** Walks through a transcript; a failed walk carries the box in `box` of the error. */
export async function walk(
  transcript: Pick<Transcript, 'steps' | 'lineEnds'>,
  profile: ApplianceProfile,
  options: PlayOptions & { readonly setsUp?: boolean } = {},
): Promise<Walked> {
  const box = new PlayedBox(transcript, options);
  const terminal = new Terminal(box, 'box', createMask(Object.values(secrets)), options.clock);
  try {
    const arrival = await walkToGoal(terminal, {
      dialogue: profile.dialogue,
      secret: (kind) => Promise.resolve(secrets[kind]),
    });
    const commandLine = new CommandLine(terminal, profile);
    if (options.setsUp !== false) await commandLine.setUp();
    return { box, arrival, terminal, commandLine };
  } catch (error) {
    throw Object.assign(error as Error, { box });
  }
}
