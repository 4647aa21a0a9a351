import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';
import { actionSpec, isActionName, type ActionName, type ActionSpec } from '../../language/actions.ts';
import { resolveParams } from '../../language/condition.ts';
import type { Json } from '../../language/json.ts';
import type { DoStep } from '../../language/runbook.ts';
import { callAction } from '../activity-call.ts';
import type { ActionInput, ActionResult, Finding } from '../contract.ts';
import { durationMs, spanText } from '../../language/duration.ts';
import { readFailure, type Failure } from '../failure.ts';
import { nowIso } from '../instant.ts';
import { standingOf } from '../standing-session.ts';
import { attemptStep } from './attempt.ts';
import { path, type StepContext, type StepEnd } from './context.ts';
import { paceOf } from './pace.ts';
import { park } from './park.ts';

/** Reads are repeated this often by themselves; then a person is asked. */
const automaticReads = 4;
/** Where a failure is a finding and nobody waits for a repair, a second look is enough. */
const automaticLooks = 1;
/** A reversible change that its probe proves not done is repeated this often by itself. */
const automaticRepeats = 2;

/** What a probe answers. `done` and `running` may bring the facts that the step itself would have made. */
export interface ProbeFacts {
  readonly outcome: 'done' | 'not-done' | 'running' | 'partly' | 'unknown';
  readonly text: string;
  readonly facts?: Json;
}

/** Runs an action until it is done, or a person or the run's end decides otherwise. What may be repeated follows from its effect. */
export async function runDo(
  step: DoStep,
  context: StepContext,
  /** By step. Outlives going back to an earlier step. */
  limits: Limits = new Map(),
  /** A person asked for the first attempt. */
  isAskedFor = false,
): Promise<StepEnd> {
  if (!isActionName(step.do)) throw new TypeError(`no such action: ${step.do}`);
  const name = step.do;
  const spec: ActionSpec = actionSpec(name);
  const startedAt = nowIso();
  let automatic = 0;
  let typed: { readonly text: string; readonly screen: string | undefined } | undefined;
  /** Left at an unknown prompt; with the answer of a person, or to be begun anew. */
  let standing: ActionInput['standing'];
  /** After a prompt in the middle of a change: nobody knows what it has done, so that the box is looked at before it is done again. */
  let open: Failure | undefined;
  let askedFor = isAskedFor;
  /** A command of this step ended after it had looked as if it asked. */
  let patient = false;

  for (;;) {
    const stopping = context.desk.stopped();
    if (stopping && spec.effect !== 'read' && !isFollowing(spec)) return { end: 'stopped' };
    // What goes on by itself is followed through a pause, unless a person's answer sets it off anew.
    const begins = spec.effect !== 'read' && (!isFollowing(spec) || askedFor);
    const held = begins ? context.desk.paused(context.target.uuid) : undefined;
    if (held !== undefined) {
      const title = titleOf(step, spec, context);
      context.report({
        path: path(step, context),
        title,
        status: 'waiting',
        attempt: 1,
        note: `held by ${held.by}: ${held.reason}`,
      });
      await context.desk.resumed(context.target.uuid);
      const first = context.stage.steps[0];
      // Meanwhile a person may have gone on by hand: the device is looked at again, from the first step of the stage.
      if (
        context.isDevice &&
        typed === undefined &&
        standing === undefined &&
        first !== undefined &&
        first.id !== step.id
      )
        return { end: 'back', to: first.id, askedFor };
      continue;
    }
    const attempt = context.nextAttempt(step.id);
    context.report({
      path: path(step, context),
      title: titleOf(step, spec, context),
      status: 'running',
      attempt,
      startedAt,
    });
    let failure: Failure;
    if (open !== undefined) failure = open;
    else
      try {
        const params = resolveParams(step.with ?? {}, context.facts());
        const input = {
          ...context.envelope(step.id),
          attempt,
          params,
          ...(typed === undefined ? {} : { typed: typed.text }),
          ...(typed?.screen === undefined ? {} : { typedAt: typed.screen }),
          ...(stopping ? { stopping } : {}),
          ...(askedFor ? { askedFor } : {}),
          ...(context.onFailure === 'park' ? { mayStand: true as const } : {}),
          ...(patient ? { patient: true as const } : {}),
          ...(standing === undefined ? {} : { standing }),
        };
        typed = undefined;
        askedFor = false;
        return accept(
          step,
          context,
          isFollowing(spec)
            ? await follow(name, input, context)
            : await attemptStep(name, input, step, context),
        );
      } catch (thrown) {
        // Our own cancel of the following, see `follow`.
        if (isCancellation(thrown) && !stopping && context.desk.stopped() && isFollowing(spec)) continue;
        failure = readFailure(thrown);
        context.refusals.met(failure);
      }
    const [before, isOpen] = [standing, open !== undefined];
    standing = undefined;
    open = undefined;
    // Nothing was to be typed there: any worker begins anew.
    if (failure.code === 'SESSION_GONE' && before !== undefined && before.answer === undefined) {
      askedFor = true;
      continue;
    }

    if (failure.entry.class === 'not-yet' && step.notYet !== undefined) {
      const pace = paceOf(step.notYet, context);
      const waiting = limits.get(step.id) ?? beginWaiting(pace.limit);
      limits.set(step.id, waiting);
      failure = { ...failure, text: `${failure.text} ${sinceWhen(failure, waiting)}` };
      if (Date.now() >= waiting.until)
        failure = { ...failure, text: `Waited ${pace.limit}, since ${waiting.since}. ${failure.text}` };
      else {
        context.report({
          path: path(step, context),
          title: titleOf(step, spec, context),
          status: 'waiting',
          attempt,
          startedAt,
          note: failure.text,
        });
        if (await context.desk.rest(durationMs(pace.every), failure.text.slice(0, 200)))
          return { end: 'stopped' };
        if (step.notYet.backTo !== undefined) return { end: 'back', to: step.notYet.backTo };
        continue;
      }
    }

    if (spec.effect === 'read') {
      const most = context.onFailure === 'finding' ? automaticLooks : automaticReads;
      if (failure.entry.retryable && failure.entry.class !== 'not-yet' && automatic < most) {
        automatic += 1;
        if (await context.desk.rest(2 ** automatic * 1000, `again: ${failure.text.slice(0, 150)}`))
          return { end: 'stopped' };
        continue;
      }
    } else if (isOpen || outcomeIsOpen(failure, spec)) {
      const probe = await runProbe(step, spec, context, failure, startedAt, { standing: before, patient });
      if ('end' in probe) return probe;
      if ('stands' in probe) failure = probe.stands;
      else if (probe.outcome === 'done' || (probe.outcome === 'running' && spec.whileRunning === 'done')) {
        return accept(step, context, {
          facts: probe.facts ?? {},
          note: `${probe.text} (found by looking, after: ${failure.text})`,
        });
      } else {
        const again =
          probe.outcome === 'running' ||
          (probe.outcome !== 'unknown' && spec.effect === 'reversible' && automatic < automaticRepeats) ||
          // Proven not begun: this is then the first time, not a second one.
          (probe.outcome === 'not-done' && spec.whileRunning === 'done' && automatic < automaticRepeats);
        if (again) {
          automatic += probe.outcome === 'running' ? 0 : 1;
          if (isFollowing(spec)) await sleep(1000, { summary: probe.text.slice(0, 200) });
          else if (await context.desk.rest(1000, probe.text.slice(0, 200))) return { end: 'stopped' };
          continue;
        }
        failure = { ...failure, text: `${failure.text} Looked at the box: ${probe.text}` };
        if (probe.outcome === 'unknown')
          failure = { ...failure, context: { ...failure.context, unknownOutcome: true } };
      }
    } else if (
      spec.effect === 'reversible' &&
      failure.entry.class === 'unreachable' &&
      failure.entry.retryable &&
      automatic < automaticRepeats
    ) {
      automatic += 1;
      if (await context.desk.rest(2 ** automatic * 1000, `again: ${failure.text.slice(0, 150)}`))
        return { end: 'stopped' };
      continue;
    }

    if (failure.known !== undefined) context.knownFault(failure.known.fault);
    if (context.onFailure === 'finding') {
      const finding: Finding = {
        code: failure.code,
        severity: context.isDevice ? 'accept' : 'block',
        text: `${failure.text} ${failure.context.remedy ?? failure.entry.remedy}`,
        box: context.target.name,
        ...(context.target.uuid === undefined ? {} : { uuid: context.target.uuid }),
        ...(failure.known === undefined ? {} : { fault: failure.known.met }),
        ...(failure.context.cause === undefined ? {} : { cause: failure.context.cause }),
      };
      context.finding(weighed(step, finding));
      return { end: 'skipped', note: failure.text };
    }
    const decision = await park(step, context, {
      failure,
      attempt,
      startedAt,
      title: titleOf(step, spec, context),
    });
    if (decision.end !== 'again') return decision;
    const left = standingOf(failure);
    if (left === undefined && decision.byItself) continue;
    const { send } = decision.typed;
    if (left === undefined)
      typed = send === undefined ? undefined : { text: send, screen: failure.context.screen };
    else {
      const isAnswered = Object.keys(decision.typed).length > 0;
      standing = { ...left, ...(isAnswered ? { answer: decision.typed } : {}) };
      if (spec.probe !== undefined && (left.inCommand === true || failure.context['whileLooking'] === true))
        open = failure;
    }
    if (decision.byItself) {
      patient = true;
      continue;
    }
    context.refusals.settle(failure);
    askedFor = true;
    automatic = 0;
    limits.delete(step.id);
    // A program that waits at a prompt is still alive: it is followed further, not started anew.
    if (step.notYet?.backTo !== undefined && failure.entry.class !== 'prompt')
      return { end: 'back', to: step.notYet.backTo };
  }
}

/** How long refusals that pass by themselves are waited out. */
interface Waiting {
  readonly until: number;
  readonly since: string;
  /** By reason of the refusal: when it was given first. */
  readonly first: Map<string, number>;
}
export type Limits = Map<string, Waiting>;

function beginWaiting(limit: string): Waiting {
  return { until: Date.now() + durationMs(limit), since: nowIso(), first: new Map() };
}

/** The box shows no age of what it waits for: it is as old as the first refusal for the same reason, at least. */
function sinceWhen(failure: Failure, { first }: Waiting): string {
  const { task } = failure.context;
  const reason = typeof task === 'string' ? task : failure.code;
  const since = first.get(reason) ?? Date.now();
  first.set(reason, since);
  return `For at least ${spanText(Date.now() - since)}, first seen ${new Date(since).toISOString()}.`;
}

/** From the heaviest on. */
const weights = ['block', 'accept', 'warn'] as const;

function weighed({ atMost }: DoStep, finding: Finding): Finding {
  const most = atMost === undefined ? 0 : weights.indexOf(atMost);
  const weight = Math.max(weights.indexOf(finding.severity), most);
  return { ...finding, severity: weights[weight] ?? finding.severity };
}

/** It began with an earlier step and goes on without us: no cancel leaves it unobserved. */
function isFollowing(spec: ActionSpec): boolean {
  return spec.whileRunning === 'again';
}

/** Until the run is cancelled; then the same thing is followed further by an attempt that knows so. */
async function follow(name: ActionName, input: ActionInput, context: StepContext): Promise<ActionResult> {
  if (input.stopping === true) return await callAction(name, input);
  const scope = new CancellationScope();
  let isOver = false;
  void condition(() => isOver || context.desk.stopped()).then(() => {
    if (!isOver) scope.cancel();
  });
  try {
    return await scope.run(() => callAction(name, input));
  } finally {
    isOver = true;
  }
}

/** After these nobody can tell from the failure alone what the box did. */
function outcomeIsOpen(failure: Failure, spec: ActionSpec): boolean {
  return (
    // Sent by this attempt or not, something irreversible may be going on; a box that reboots comes back.
    (spec.effect === 'irreversible' && failure.entry.class === 'unreachable' && failure.entry.retryable) ||
    failure.entry.class === 'timeout' ||
    failure.entry.class === 'internal' ||
    failure.entry.class === 'unknown-outcome'
  );
}

function accept(step: DoStep, context: StepContext, result: ActionResult): StepEnd {
  context.setFacts(step.id, result.facts);
  for (const fault of result.faults ?? []) context.knownFault(fault);
  if (result.refusal !== undefined) context.refusals.learn({ standing: [result.refusal] });
  for (const finding of result.findings ?? []) context.finding(weighed(step, finding));
  return { end: 'next', ...(result.note === undefined ? {} : { note: result.note }) };
}

/** Looks until the box has been seen, or a person, or the end of the run, gives it up. */
async function runProbe(
  step: DoStep,
  spec: ActionSpec,
  context: StepContext,
  after: Failure,
  startedAt: string,
  { standing: left, patient }: { readonly standing: ActionInput['standing']; readonly patient: boolean },
): Promise<ProbeFacts | StepEnd | { readonly stands: Failure }> {
  const probe = spec.probe as ActionName;
  let standing = left;
  for (let tries = 0; ; tries += 1) {
    const attempt = context.nextAttempt(`${step.id}.probe`);
    try {
      const params = resolveParams(step.with ?? {}, context.facts());
      const envelope = context.envelope(`${step.id}.probe`);
      const result = await callAction(probe, {
        ...envelope,
        attempt,
        params: { ...params, of: step.do },
        ...(context.onFailure === 'park' ? { mayStand: true as const } : {}),
        ...(patient ? { patient: true as const } : {}),
        ...(standing === undefined ? {} : { standing }),
      });
      const { outcome, text, facts } = result.facts as unknown as ProbeFacts;
      return { outcome, text, ...(facts === undefined ? {} : { facts }) };
    } catch (thrown) {
      const failure = readFailure(thrown);
      standing = undefined;
      if (failure.code === 'SESSION_GONE') continue;
      if (standingOf(failure) !== undefined) {
        const text = `${failure.text} Before that: ${after.text}`;
        return { stands: { ...failure, text, context: { ...failure.context, whileLooking: true } } };
      }
      if (failure.code === 'ENGINE_NO_SITE_WORKER') {
        const text = `${failure.text} Before that: ${after.text}`;
        const number = context.nextAttempt(step.id);
        const decision = await park(step, context, {
          failure: { ...failure, text },
          attempt: number,
          startedAt,
          title: titleOf(step, spec, context),
        });
        if (decision.end === 'again') continue;
        return decision;
      }
      // A box that reboots in the middle is away for minutes: keep looking for a while before a person is asked.
      if (tries >= 30 || !failure.entry.retryable)
        return { outcome: 'unknown', text: `the box could not be looked at: ${failure.text}` };
      const waitMs = Math.min(2 ** tries, 20) * 1000;
      const summary = `looking again: ${failure.text.slice(0, 150)}`;
      // What cannot be taken back is looked at to its end, cancelled or not.
      if (spec.effect === 'irreversible') await sleep(waitMs, { summary });
      else if (await context.desk.rest(waitMs, summary))
        return { outcome: 'unknown', text: 'the run was cancelled before the box could be looked at' };
    }
  }
}

function titleOf(step: DoStep, spec: ActionSpec, context: StepContext): string {
  return step.title ?? spec.summary.replace('{name}', context.target.name);
}
