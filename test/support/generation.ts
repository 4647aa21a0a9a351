/** How tests of the generation steer and look: short waits, holds, and what the FMC's terminals show. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabTruth } from '../../lab/index.ts';
import type { Question, RunDocument } from '../../workflows/contract.ts';
import type { Site } from './renewal-site.ts';
import { assertGeneratedOnce, assertHoldsNewSet } from './truth.ts';

export type Manager = LabTruth['managers'][number];

export async function manager(site: Site): Promise<Manager> {
  const [first] = (await site.truth()).managers;
  if (first === undefined) throw new Error('the lab has no FMC');
  return first;
}

/** Waits for a state; the test's own timeout ends it. */
export async function when(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(50);
}

/** The runbook with waits of half a second, so that a test need not skip time. */
export function impatient(text: string): string {
  return text.replaceAll('every: 1m', 'every: 500ms').replaceAll('every: 30s', 'every: 500ms');
}

/** Starts a run whose trouble begins only after its plan. */
export async function startInto(site: Site, ...trouble: Parameters<Site['lab']['fault']>): Promise<string> {
  const plan = await site.plan();
  await site.lab.fault(...trouble);
  return await site.start(plan);
}

/** Holds the generation at a phase and starts a run that gets there. */
export async function runUntilHeld(site: Site, phase: string): Promise<string> {
  const run = await startInto(site, 'holdGenerateAt', { phase });
  await when(async () => (await manager(site)).heldPhases.some((held) => held === phase));
  return run;
}

/** Everything that was shown on the terminals of the FMC. */
export async function terminals(site: Site): Promise<string> {
  return (await site.lab.transcripts('fmc01')).join('\n');
}

export async function parked(site: Site, run: string, code: string): Promise<Question> {
  const document = await site.until(run, ({ outcome }) => outcome !== 'running');
  const question = document.questions.find((candidate) => candidate.code === code);
  assert.ok(
    question,
    `asks with ${code}: ${JSON.stringify([document.summary, document.questions], undefined, 1)}`,
  );
  return question;
}

/** The run ends well, with one CA, and every device holds what it was issued. */
export async function finishesWell(site: Site, run: string): Promise<RunDocument> {
  const document = await site.closed(run);
  assert.equal(document.exitCode, 0, document.summary);
  const truth = await site.truth();
  assertGeneratedOnce(truth);
  assert.equal(document.managers[0]?.['generations'], 1, 'the run says that it generated once');
  for (const device of truth.devices) assertHoldsNewSet(truth, device);
  assert.deepEqual(truth.managers[0]?.leftovers, []);
  return document;
}
