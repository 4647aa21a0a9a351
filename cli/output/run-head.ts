import { durationText, names, plural, printable, scoreOf, utc } from '../../report/index.ts';
import {
  restsUntil,
  type RunDocument,
  type RunMemo,
  type RunOutcome,
  type StepState,
} from '../../workflows/contract.ts';
import { haltLines } from './hand-over-lines.ts';
import { fit, labelled, paragraph } from './layout.ts';
import { scoreBar, scoreText } from './score-line.ts';
import type { Tone, View } from './view.ts';

const outcomes: Record<RunOutcome, readonly [Tone, string]> = {
  running: ['accent', 'running'],
  waiting: ['warn', 'waits for a person'],
  done: ['good', 'done'],
  'devices-left': ['bad', 'closed, some devices left'],
  cancelled: ['warn', 'cancelled'],
  refused: ['bad', 'refused before anything was touched'],
  failed: ['bad', 'failed'],
  unknown: ['danger', 'outcome unknown'],
};

export function outcomeText(outcome: RunOutcome, view: View): string {
  const [tone, text] = outcomes[outcome];
  return view.paint(tone, text);
}

/** As {@link outcomeText}, of a run that may be paused, or rest until a window opens. */
export function stateText(
  run: Pick<RunDocument | RunMemo, 'outcome' | 'paused'> & {
    readonly questions: RunMemo['questions'];
  },
  view: View,
  /** Something is at work besides. */
  isAtWork = false,
): string {
  if (run.paused !== undefined) return view.paint('warn', 'paused');
  return isAtWork || restsUntil(run) === undefined
    ? outcomeText(run.outcome, view)
    : view.paint('accent', 'waits for a window, needs nobody');
}

/** The lines that every picture of a run begins with: which, how it stands, who started it, the box score. */
export function runHead(document: RunDocument, view: View, inFlightShown?: number): string[] {
  const { paint, width } = view;
  const end = document.endedAt === undefined ? view.now : new Date(document.endedAt);
  const took = durationText(end.getTime() - new Date(document.startedAt).getTime());
  const boxes = document.managers.length > 0 ? document.managers : document.devices;
  const isAtWork = document.devices.some(({ status }) => status === 'running');
  const lines = [
    paragraph(`${paint('strong', printable(document.run))}  ${stateText(document, view, isAtWork)}`, width),
    paint(
      'quiet',
      fit(
        `${document.runbook.name} · ${
          boxes.length === 0
            ? 'no box known yet'
            : names(
                boxes.map(({ name }) => printable(name)),
                5,
              )
        } · since ${utc(document.startedAt)} (${took})`,
        width,
      ),
    ),
    // A plan is started by nobody in particular: it changes nothing.
    ...(document.startedBy.identity === '' ? [] : [paint('quiet', fit(startedText(document), width))]),
    ...haltLines(document, view, inFlightShown),
  ];
  if (document.devices.length > 0) {
    const score = scoreOf(document.devices);
    const count = paint('strong', `${document.devices.length} ${plural(document.devices.length, 'device')}`);
    lines.push(
      '',
      paragraph(`${count}  ${scoreText(score, view)}`, width),
      scoreBar(score, Math.min(width, 60), view),
    );
  }
  return lines;
}

/** Who started the run, how the yes was given, and the change number. */
export function startedText(document: Pick<RunDocument, 'startedBy' | 'changeId'>): string {
  const { identity, approval } = document.startedBy;
  const how = approval === 'unattended' ? 'unattended, pre-approved by' : 'started by';
  const change = document.changeId === undefined ? '' : ` · change ${printable(document.changeId)}`;
  return `${how} ${printable(identity)}${change}`;
}

/** The step under way; while only devices work, the last that began. */
export function currentStep(document: RunDocument): StepState | undefined {
  return (
    document.steps.find((step) => step.status === 'parked' || isHeld(step, document)) ??
    document.steps.findLast((step) => step.status === 'running') ??
    document.steps.findLast((step) => step.status === 'done')
  );
}

/** It stands before a change, because the run is paused. */
function isHeld(step: StepState, { paused }: Pick<RunDocument, 'paused'>): boolean {
  return paused !== undefined && step.status === 'waiting';
}

/** `now   Start generate_certs.pl on fmc-1, once (2m 5s)`. */
export function stepNow(document: RunDocument, view: View): string[] {
  const step = document.endedAt === undefined ? currentStep(document) : undefined;
  if (step === undefined) return [];
  const since =
    step.startedAt === undefined
      ? ''
      : ` ${view.paint('quiet', `(${durationText(view.now.getTime() - new Date(step.startedAt).getTime())})`)}`;
  const label =
    step.status === 'running'
      ? 'now'
      : step.status === 'parked'
        ? 'waits at'
        : isHeld(step, document)
          ? 'held at'
          : 'last';
  // The wave that it is in has lines of its own.
  const isTold = document.rollouts?.some(({ stage }) => stage === step.path) === true;
  const note =
    step.note === undefined || isTold
      ? []
      : [labelled('', view.paint('quiet', printable(step.note)), view.width, 10)];
  return [labelled(label, printable(step.title) + since, view.width, 10), ...note];
}
