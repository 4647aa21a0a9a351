import { RunbookError } from '../../errors/index.ts';
import {
  fillTemplate,
  parseGenerateOutput,
  shellQuote,
  TerminalText,
  type GenerateOutput,
  type RootShell,
} from '../../devices/index.ts';
import { beating, objectParam, onBox, pause, textParam, type Action } from '../action.ts';
import { lockOwner, ownerLine } from '../box/lock.ts';
import type { RunRef } from '../../workflows/contract.ts';
import type { LaunchFact } from './facts.ts';
import {
  attemptState,
  criticalTask,
  generateProfile,
  keepAliveById,
  keepAliveValues,
  lockFolder,
  type AttemptState,
} from './generator.ts';
import { readManagerCa } from './manager-ca.ts';

/** A last line that looks like a question and has not changed for so long is one. */
const questionAfterMs = 5_000;
/** The date on the screen may be the CA's own in another form; a day covers time zones. */
const dayMs = 86_400_000;
/** Last part of the screen that is kept for people. */
const screenTail = 1_500;

/** The terminal's file must be there by then; without it nobody would see a question. */
const invisibleAfterMs = 60_000;

interface Look {
  /** The file with the screen exists. */
  readonly isVisible: boolean;
  readonly screen: string;
  readonly output: GenerateOutput;
  /** This run, or an operator through it, has answered something. */
  readonly isAnswered: boolean;
  readonly state: AttemptState;
  readonly fingerprint: string;
  readonly notBefore: string;
  /** Why the program refuses, where it does. */
  readonly refusal?: { readonly title: string; readonly remedy?: string | undefined };
}

/**
 * Follows generate_certs.pl to its end, answers what the plan foresees and nothing else, and judges by the CA: new or not.
 * May be repeated at any time: what was answered stands on the box.
 * Throws GENERATE_CRITICAL_TASK (nothing changed, look again later), GENERATE_PROMPT_UNFIT, GENERATE_FAILED, GENERATE_UNKNOWN.
 */
export const awaitGenerateCerts: Action = async (input, deps) =>
  await beating(async (progress) => {
    const planned = textParam(input, 'plannedFingerprint');
    const notAfter = textParam(input, 'notAfter');
    const launch = objectParam<LaunchFact>(input, 'launch');
    const box = input.target?.name ?? '';
    let typed = input.typed;
    const sent: string[] = [];
    let lastScreen = '';
    let stillSince = deps.now();
    for (;;) {
      const look = await onBox(deps, input, input.target, async (shell): Promise<Look> => {
        const seen = await lookAt(shell, launch, sent);
        if (typed !== undefined && seen.state.alive) {
          proveSameScreen(seen, input.typedAt, box);
          await send(shell, input.run, launch, 'by-operator', typed, seen.screen.length);
          typed = undefined;
          return seen;
        }
        if (seen.output.prompt !== undefined && seen.screen === lastScreen) {
          if (input.stopping === true) throw cancelledAtPrompt(seen, planned, launch, box);
          proveFit(seen, planned, notAfter, box);
          sent.push(seen.output.prompt.id);
          progress(`answer ${seen.output.prompt.id}`);
          const { id, answer } = seen.output.prompt;
          await send(shell, input.run, launch, id, answer, seen.screen.length);
        }
        return seen;
      });
      progress(lastLine(look.screen));
      if (look.screen !== lastScreen) stillSince = deps.now();
      lastScreen = look.screen;
      const isOver = look.state.exit !== undefined || !look.state.alive;
      if (isOver) return judge(look, planned, launch, box);
      if (
        look.output.unknownQuestion !== undefined &&
        looksLikeQuestion(look.screen) &&
        deps.now() - stillSince >= questionAfterMs
      ) {
        throw new RunbookError(
          'GENERATE_PROMPT_UNFIT',
          `generate_certs.pl asks: ${look.output.unknownQuestion}`,
          {
            device: box,
            screen: look.screen.slice(-screenTail),
            state: 'generate_certs.pl waits at this question; nothing was sent to it.',
          },
        );
      }
      if (!look.isVisible && deps.now() - stillSince >= invisibleAfterMs) {
        throw new RunbookError(
          'SESSION_OUTPUT_UNREADABLE',
          `generate_certs.pl runs under ${launch.keepAlive} and its screen is not written to ${launch.folder}.`,
          {
            device: box,
            state: 'generate_certs.pl runs and may be waiting for an answer; nothing was sent to it.',
            remedy: `Look at its terminal on the FMC (session ${launch.session}), answer it there, then retry: the run follows it.`,
          },
        );
      }
      await pause(deps.settings.pollGenerateMs);
    }
  });

async function lookAt(shell: RootShell, launch: LaunchFact, sent: readonly string[]): Promise<Look> {
  const way = keepAliveById(shell, launch.keepAlive);
  const state = await attemptState(shell, launch);
  // The file grows while it is read; a copy does not.
  const copy = `${launch.folder}/screen.seen`;
  const copied = await shell.run(
    `cp -f ${shellQuote(`${launch.folder}/${way.output}`)} ${shellQuote(copy)} 2>/dev/null`,
    {
      anyStatus: true,
    },
  );
  const content = copied.status === 0 ? await shell.readFile(copy, { maxBytes: 4 * 1024 * 1024 }) : undefined;
  const terminal = new TerminalText();
  terminal.feed(content ?? '');
  const screen = terminal.text;
  // What this attempt sent is answered, also where the screen does not show it yet.
  const answered = [...new Set([...(await readAnswered(shell, launch, screen.length)), ...sent])];
  const { ca } = await readManagerCa(shell);
  const output = parseGenerateOutput(screen, generateProfile(shell), answered);
  const refusal = output.refusals[0];
  return {
    isVisible: content !== undefined,
    screen,
    output,
    isAnswered: answered.length > 0,
    state,
    fingerprint: ca.fingerprint256,
    notBefore: ca.notBefore,
    ...(refusal === undefined ? {} : { refusal: criticalTask(shell, refusal.task) }),
  };
}

/** An answer is sent only while the CA is still the planned one and the date on the screen is its date. */
function proveFit(look: Look, planned: string, notAfter: string, box: string): void {
  const shown = look.output.expiry?.date;
  const doesDateFit = shown === undefined || Math.abs(Date.parse(shown) - Date.parse(notAfter)) <= dayMs;
  if (look.fingerprint === planned && doesDateFit) return;
  const why =
    look.fingerprint === planned
      ? `it shows a CA that expires at ${shown ?? '?'}, the plan knows ${notAfter}`
      : `the CA is ${look.fingerprint} since ${look.notBefore}, not the planned one: somebody has renewed it`;
  throw new RunbookError('GENERATE_PROMPT_UNFIT', `generate_certs.pl asks for a yes and ${why}.`, {
    device: box,
    screen: look.screen.slice(-screenTail),
    state:
      'generate_certs.pl waits at this question; nothing was sent to it. A yes would make yet another CA.',
    remedy:
      'End the script by hand (answer no in its own terminal), cancel this run, and make a new plan; it takes over the CA that is there.',
  });
}

/** A text that was meant for one question is not typed at another. */
function proveSameScreen(look: Look, screen: string | undefined, box: string): void {
  if (screen === undefined || look.screen.slice(-screenTail) === screen) return;
  throw new RunbookError(
    'GENERATE_PROMPT_UNFIT',
    `The screen of generate_certs.pl is not the one that was answered any more: ${lastLine(look.screen)}`,
    {
      device: box,
      screen: look.screen.slice(-screenTail),
      state: 'generate_certs.pl has gone on meanwhile; the answer was not sent.',
      remedy: 'Read the screen as it is now. Answer it, or retry: the run follows the script.',
    },
  );
}

function cancelledAtPrompt(look: Look, planned: string, launch: LaunchFact, box: string): RunbookError {
  return new RunbookError(
    'GENERATE_PROMPT_UNFIT',
    `The run was cancelled while generate_certs.pl asks: ${look.output.prompt?.text ?? ''}`,
    {
      device: box,
      screen: look.screen.slice(-screenTail),
      state: `generate_certs.pl still waits at this question (session ${launch.session}) and nothing was sent to it since. The CA is ${look.fingerprint === planned ? 'unchanged' : 'not the planned one any more'}.`,
      remedy: `Answer no in its own terminal on the FMC (${launch.keepAlive}, session ${launch.session}).`,
    },
  );
}

/**
 * The answer is written down before it is sent: sent twice, the second one would answer the next question unseen. Whose lock was
 * taken over by a later run answers nothing any more.
 */
async function send(
  shell: RootShell,
  run: RunRef,
  launch: LaunchFact,
  id: string,
  text: string,
  screenLength: number,
): Promise<void> {
  const way = keepAliveById(shell, launch.keepAlive);
  const owner = await lockOwner(shell, lockFolder(shell));
  if (owner !== undefined && owner !== ownerLine(run))
    throw new RunbookError('DELIVERY_LOCKED', `generate_certs.pl is followed by the run ${owner} now.`, {
      state: 'Nothing was sent to generate_certs.pl by this run since.',
    });
  await shell.run(
    `echo ${shellQuote(`${id} ${String(screenLength)}`)} >> ${shellQuote(`${launch.folder}/answered`)}`,
  );
  await shell.run(fillTemplate(way.send, keepAliveValues(launch, text)));
}

/** Ids that were answered. The last one is left out when the screen has not grown since: then it was written down and never sent. */
async function readAnswered(shell: RootShell, launch: LaunchFact, screenLength: number): Promise<string[]> {
  const { output } = await shell.run(`cat ${shellQuote(`${launch.folder}/answered`)} 2>/dev/null`, {
    anyStatus: true,
  });
  const lines = [...output.matchAll(/^(\S+) (\d+)$/gm)].map((match) => ({
    id: match[1] ?? '',
    at: Number(match[2]),
  }));
  return lines
    .filter((line, index) => index < lines.length - 1 || line.at < screenLength)
    .map((line) => line.id);
}

function judge(
  look: Look,
  planned: string,
  launch: LaunchFact,
  box: string,
): { facts: Record<string, string | number | boolean | null>; note: string } {
  const exit = look.state.exit ?? null;
  const screen = look.screen.slice(-screenTail);
  if (look.fingerprint !== planned) {
    if (Date.parse(look.notBefore) < Date.parse(launch.startedAt) - dayMs) {
      throw new RunbookError(
        'GENERATE_UNKNOWN',
        `The CA is ${look.fingerprint} since ${look.notBefore}: it is not the planned one and older than this generation.`,
        { device: box, screen },
      );
    }
    // Refused, or ended before anything was agreed to: then it has not made this CA.
    if (exit !== null && exit !== 0 && (!look.isAnswered || look.output.refusals.length > 0)) {
      throw new RunbookError(
        'GENERATE_CA_CHANGED',
        `The CA is ${look.fingerprint} since ${look.notBefore}, and generate_certs.pl of this run ended with status ${String(exit)} before it made one: somebody else has generated.`,
        {
          device: box,
          screen,
          state: 'generate_certs.pl of this run has ended; it has not made the new CA.',
          remedy: 'Cancel this run and make a new plan; it takes over the CA that is there.',
        },
      );
    }
    const interrupted = exit === null;
    const note = interrupted
      ? 'New CA; generate_certs.pl was cut off before its end, so every device is looked at.'
      : `New CA ${look.fingerprint}`;
    return { facts: { fingerprint: look.fingerprint, notBefore: look.notBefore, exit, interrupted }, note };
  }
  const refusal = look.output.refusals[0];
  if (refusal !== undefined && exit !== null) {
    throw new RunbookError(
      'GENERATE_CRITICAL_TASK',
      `generate_certs.pl refuses for now (${look.refusal?.title ?? refusal.task}): ${refusal.line}`,
      {
        device: box,
        task: refusal.task,
        state: 'The CA is unchanged.',
        ...(look.refusal?.remedy === undefined ? {} : { remedy: look.refusal.remedy }),
      },
    );
  }
  throw new RunbookError(
    'GENERATE_FAILED',
    `generate_certs.pl ended${exit === null ? ' without an exit status (its terminal or the FMC went down)' : ` with status ${String(exit)}`} and the CA is the old one.`,
    {
      device: box,
      screen,
      state: 'The CA is unchanged.',
    },
  );
}

function lastLine(screen: string): string {
  return screen.trimEnd().split('\n').at(-1)?.slice(-200) ?? '';
}

/** A program that prints its progress without ending the line is not asking. */
function looksLikeQuestion(screen: string): boolean {
  return /[?:>\])]\s*$/.test(lastLine(screen));
}
