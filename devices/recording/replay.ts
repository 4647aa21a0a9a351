import { RunbookError } from '../../errors/index.ts';
import { CommandLine } from '../dialogue/command-line.ts';
import { Terminal } from '../dialogue/terminal.ts';
import { VirtualClock } from '../dialogue/virtual-clock.ts';
import { walkToGoal } from '../dialogue/walk.ts';
import { createMask } from '../masking.ts';
import { profileSchema, type ApplianceProfile } from '../profile.ts';
import { mergeProfiles } from '../profile/merge.ts';
import { PlayedRecording, playedSecrets, type Unknown } from './played-recording.ts';
import type { Recording } from './schema.ts';
import { isSameLine } from './turns.ts';

/** What came of one walk through a recording. */
export interface Replayed {
  readonly states: readonly string[];
  readonly banner?: string;
  /** Where it stopped, when it did not come to the goal. */
  readonly error?: { readonly code: string; readonly message: string; readonly screen: string };
  /** What was typed that the recording does not know. */
  readonly unknown: readonly Unknown[];
  /** Asked on the way by the profile, and left out since nobody asked it in the recording. */
  readonly notAsked: readonly string[];
  /** The commands of the recording, run again at its root shell. */
  readonly commands: readonly { readonly command: string; readonly status: number | string }[];
}

export interface Replay extends Replayed {
  /** Does it end as `ends` of the recording says; without it, at the goal? */
  readonly isAsSaid: boolean;
  /** With each text cut in two, at one byte after the other. */
  readonly cuts: {
    readonly tried: number;
    readonly different: readonly { at: number; states: readonly string[]; code?: string }[];
  };
}

/** With longer texts than this not every byte is a place to cut at. */
const mostCuts = 2_000;

/**
 * Runs the dialogue machine over a recording, whole and with its texts cut at every byte, on a clock that does not wait.
 * Throws INPUT_INVALID when `profile` of the recording does not fit.
 */
export async function replayRecording(
  recording: Recording,
  shipped: ApplianceProfile,
  options: { cuts?: number } = {},
): Promise<Replay> {
  const { profile, notAsked } = askingLess(recording, edited(recording, shipped));
  const whole = await once(recording, profile, { runsCommands: true });
  const longest = Math.max(0, ...beforeRoot(recording).map((text) => Buffer.byteLength(text)));
  const wanted = Math.max(0, Math.min(options.cuts ?? mostCuts, longest - 1));
  const different: { at: number; states: readonly string[]; code?: string }[] = [];
  for (let index = 0; index < wanted; index += 1) {
    const at = 1 + Math.floor((index * (longest - 1)) / wanted);
    const cut = await once(recording, profile, { runsCommands: false, cutAt: at });
    const isSame = cut.error?.code === whole.error?.code && String(cut.states) === String(whole.states);
    if (!isSame)
      different.push({
        at,
        states: cut.states,
        ...(cut.error === undefined ? {} : { code: cut.error.code }),
      });
  }
  const { code, states } = recording.ends ?? {};
  const isAsSaid =
    whole.error?.code === code && (states === undefined || String(states) === String(whole.states));
  return { ...whole, notAsked, isAsSaid, cuts: { tried: wanted, different } };
}

function edited({ profile, box }: Recording, shipped: ApplianceProfile): ApplianceProfile {
  if (profile === undefined) return shipped;
  const { faults, ...rest } = shipped;
  const read = profileSchema.safeParse(mergeProfiles(rest, profile));
  if (read.success) return { ...read.data, faults };
  const why = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new RunbookError('INPUT_INVALID', `The profile in the recording of ${box} is not valid: ${why}.`);
}

/** What a profile asks in passing, a person who recorded a session need not have asked. */
function askingLess(
  { events }: Recording,
  profile: ApplianceProfile,
): { profile: ApplianceProfile; notAsked: string[] } {
  const { asks } = profile.dialogue;
  const isKnown = (send: string): boolean =>
    events.some(({ types }) => typeof types === 'string' && isSameLine(types, send));
  const known = Object.entries(asks).filter(([, { send }]) => isKnown(send));
  const notAsked = Object.values(asks).flatMap(({ send, onRequest }) =>
    onRequest || isKnown(send) ? [] : [send],
  );
  return {
    profile: { ...profile, dialogue: { ...profile.dialogue, asks: Object.fromEntries(known) } },
    notAsked,
  };
}

async function once(
  recording: Recording,
  profile: ApplianceProfile,
  { runsCommands, cutAt }: { runsCommands: boolean; cutAt?: number },
): Promise<Omit<Replayed, 'notAsked'>> {
  const clock = new VirtualClock();
  const box = new PlayedRecording(recording, { clock, ...(cutAt === undefined ? {} : { cutAt }) });
  const terminal = new Terminal(box, recording.box, createMask([]), clock);
  const states: string[] = [];
  const commands: { command: string; status: number | string }[] = [];
  try {
    const arrival = await clock.run(
      walkToGoal(terminal, {
        dialogue: profile.dialogue,
        secret: (kind) => Promise.resolve(playedSecrets[kind]),
      }),
    );
    states.push(...arrival.states);
    if (runsCommands) await runCommands(recording, profile, terminal, clock, commands);
    return { states, banner: arrival.banner, unknown: box.unknown, commands };
  } catch (error) {
    if (!(error instanceof RunbookError)) throw error;
    const { states: seen, screen } = error.context as { states?: string[]; screen?: string };
    if (states.length === 0) states.push(...(seen ?? []));
    return {
      states,
      unknown: box.unknown,
      commands,
      error: { code: error.code, message: error.message, screen: screen ?? '' },
    };
  } finally {
    terminal.close();
  }
}

/** The root shell that was recorded, with its own commands: only where this program had set it up. */
async function runCommands(
  recording: Recording,
  profile: ApplianceProfile,
  terminal: Terminal,
  clock: VirtualClock,
  done: { command: string; status: number | string }[],
): Promise<void> {
  const typed = recording.events.flatMap(({ types }) => (typeof types === 'string' ? [types] : []));
  if (!typed.some((line) => isProof.test(line))) return;
  const commandLine = new CommandLine(terminal, profile);
  await clock.run(
    commandLine.setUp(typed.filter((line) => isCleanUp.test(line)).map((line) => line.trimEnd())),
  );
  for (const command of typed.flatMap(commandOf)) {
    const { status } = await clock.run(commandLine.send(command, { timeoutMs: profile.timeouts.command }));
    done.push({ command, status });
  }
}

const isProof = /^ echo \$\(\(\d+\+\d+\)\)/;
const isCleanUp = /^ trap 'rm -rf .*\.runbook-/;

/** The command in a line of the sentinel; those that prove the shell itself are left out. */
function commandOf(line: string): string[] {
  const quoted = /^ rb_[0-9a-f]{12} \d+ ('[^]*')\s*$/.exec(line)?.[1];
  if (quoted === undefined) return [];
  const command = quoted.slice(1, -1).replaceAll(`'\\''`, "'");
  return command === 'id -u' || command === ':' ? [] : [command];
}

/** The texts of the way to root: what comes later is framed by marks that a cut cannot hide. */
function beforeRoot({ events }: Recording): string[] {
  const end = events.findIndex(({ types }) => typeof types === 'string' && isProof.test(types));
  return (end < 0 ? events : events.slice(0, end)).flatMap(({ shows }) => shows ?? []);
}
