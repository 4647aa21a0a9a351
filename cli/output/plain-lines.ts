import { haltOf, haltText, inFlightLine, printable, scoreOf, utcCompact } from '../../report/index.ts';
import type { RunDocument } from '../../workflows/contract.ts';
import { resumeCommand } from './hand-over-lines.ts';
import { phaseTitle, type Phases } from './phases.ts';
import { questionBlock, questionList } from './question.ts';
import { outcomeText } from './run-head.ts';
import { scoreText } from './score-line.ts';
import type { View } from './view.ts';

/** At more devices than this, single devices at work are not told one by one: only the score, and those that need a person. */
export const fewDevices = 50;

/** More questions than this at once have mostly one reason: the first is told in full, the others are counted. */
const inFull = 5;

/**
 * What has changed between two states of a run, as log lines with time. Nothing is said twice; with no earlier state, all that
 * is known is new.
 */
export function changeLines(
  before: RunDocument | undefined,
  after: RunDocument,
  phases: Phases,
  view: View,
): string[] {
  const lines: string[] = [];
  /** With the time of the thing itself where the run knows it: who looks late must not read that it happened now. */
  const say = (text: string, at?: string): void => {
    lines.push(`${utcCompact(at === undefined ? view.now : new Date(at))} ${text}`);
  };
  const stepsBefore = new Map(before?.steps.map((step) => [step.path, step]));
  for (const step of after.steps) {
    const old = stepsBefore.get(step.path);
    if (old?.status === step.status && old.attempt === step.attempt && old.note === step.note) continue;
    if (step.status === 'waiting' || step.status === 'not-needed') continue;
    const note = step.note === undefined ? '' : `: ${printable(step.note)}`;
    say(
      `${step.status === 'done' ? '✓' : step.status === 'running' ? '›' : '?'} ${printable(step.title)}${step.status === 'running' ? '' : ` ${step.status}`}${note}`,
      step.endedAt ?? step.startedAt,
    );
  }
  const devicesBefore = new Map(before?.devices.map((device) => [device.uuid, device]));
  for (const device of after.devices) {
    const old = devicesBefore.get(device.uuid);
    if (old?.status === device.status && old.phase === device.phase) continue;
    if (device.status === 'waiting') continue;
    const needsPerson =
      device.status === 'parked' || device.status === 'needs-hands' || device.status === 'skipped';
    if (!needsPerson && after.devices.length > fewDevices) continue;
    const note = device.note === null ? '' : `: ${printable(device.note)}`;
    say(`  ${printable(device.name)} ${device.status}, ${phaseTitle(phases, device.phase)}${note}`);
  }
  for (const line of handOverLines(before, after, view)) say(line.text, line.at);
  const score = JSON.stringify(scoreOf(after.devices));
  if (
    after.devices.length > 0 &&
    // Of many it is told now and then, by who writes the lines.
    (after.devices.length <= fewDevices || before?.outcome !== after.outcome) &&
    (before === undefined || JSON.stringify(scoreOf(before.devices)) !== score)
  ) {
    say(`  ${scoreText(scoreOf(after.devices), view)}`);
  }
  const open = new Set(before?.questions.map((question) => question.id));
  const asked = after.questions.filter(({ id }) => !open.has(id));
  if (asked.length <= inFull)
    for (const question of asked)
      say(questionBlock(after.run, question, after.questions, view, after.faults), question.askedAt);
  else say(questionList(after.run, asked, view, 1, after.faults));
  const still = new Set(after.questions.map((question) => question.id));
  for (const question of before?.questions ?? []) {
    if (!still.has(question.id)) say(`settled: ${printable(question.box)} ${question.code}`);
  }
  if (before !== undefined && before.outcome !== after.outcome) say(outcomeText(after.outcome, view));
  return lines;
}

const toldVerbs = ['resume', 'hold', 'release', 'note', 'takeover'];

/** A pause or a cancel that began, with what is being finished; what people did with the run as a whole besides. */
function handOverLines(
  before: RunDocument | undefined,
  after: RunDocument,
  view: View,
): { readonly text: string; readonly at: string }[] {
  const told = new Set(before?.decisions.map((one) => JSON.stringify(one)));
  const lines = after.decisions
    .filter((one) => toldVerbs.includes(one.verb) && !told.has(JSON.stringify(one)))
    .map(({ at, by, verb, box, reason }) => ({
      at,
      text: [
        `${verb} by ${printable(by)}`,
        ...(box === undefined ? [] : [`, ${printable(box)}`]),
        ...(reason === undefined || reason === '' ? [] : [`: ${printable(reason)}`]),
      ].join(''),
    }));
  const found = haltOf(after);
  if (found === undefined || (before !== undefined && haltOf(before)?.halt.since === found.halt.since))
    return lines;
  const inFlight = found.halt.inFlight.map((one) => `  being finished: ${inFlightLine(one)}`).slice(0, 10);
  const command = found.what === 'paused' ? [`  go on with: ${resumeCommand(after, view)}`] : [];
  const begun = {
    at: found.halt.since,
    text: [haltText(found), ...inFlight, ...command].join('\n'),
  };
  return [...lines, begun].sort((a, b) => a.at.localeCompare(b.at));
}
