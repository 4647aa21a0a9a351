import { evaluateCondition } from '../../language/condition.ts';
import type { Stage } from '../../language/runbook.ts';
import type { Answer, NewQuestion } from '../desk.ts';
import type { Gate } from '../device-lanes.ts';
import { managerView, sideMark, stagePath, type DeviceTrack, type Side } from '../run-state.ts';
import type { Execution } from '../stages.ts';
import { budgetOf, extended, isUsedUp, type Budget } from './budget.ts';
import { hasFailed } from './failures.ts';
import { budgetGiven } from './given.ts';
import { heldText, type Held } from './held-text.ts';
import type { Allowance, RolloutState, WindowAnswer } from './limits.ts';
import { isOpenAt, lookAtWindow } from './window.ts';

/** What holds the devices of a stage with a rollout back until they may be begun. */
export interface RolloutGate extends Gate<DeviceTrack> {
  /** From now on it is about the devices of this wave, counted from 0. */
  enterWave(number: number): void;
  /** What is left out is left out for this reason; undefined: the run is being cancelled. */
  refusal(): string | undefined;
  readonly standing: () => RolloutState;
  /** How far what is begun together may go without asking again: failures more, and until when. */
  allowance(): Allowance;
}

/** `waves`: all devices of the stage, by wave. */
export function createRolloutGate(
  execution: Execution,
  side: Side,
  stage: Stage,
  waves: readonly (readonly DeviceTrack[])[],
  base: Gate<DeviceTrack>,
): RolloutGate {
  const { state, desk } = execution;
  const tracks = waves.flat();
  const path = stagePath(state, side, stage);
  const rollout = stage.rollout ?? {};
  let wave = 0;
  let budget: Budget = budgetOf(budgetGiven(rollout, execution.input.options.inputs), tracks.length);
  /** What comes after the first wave has been agreed to. */
  let firstAgreed = false;
  let look: WindowAnswer | undefined = rollout.window === undefined ? { kind: 'always' } : undefined;
  /** A person has set the window aside until then. */
  let setAsideUntil = 0;
  let refused: string | undefined;
  let resolving: Promise<void> | undefined;
  let asking: RolloutState['heldBy'];

  /** Counts over the whole run: a device may be begun again while others are at it. */
  const nextOf = (what: string): number => {
    const key = `${path}/rollout.${what}`;
    const next = (state.attempts.get(key) ?? 0) + 1;
    state.attempts.set(key, next);
    return next;
  };
  const failedOf = (some: readonly DeviceTrack[]): DeviceTrack[] => some.filter(hasFailed);
  const asksAfterFirst = (): boolean =>
    rollout.askAfterFirst !== undefined && evaluateCondition(rollout.askAfterFirst, managerView(state, side));

  /** The first thing that stands in the way, now. */
  const held = (): Held | undefined => {
    const failed = failedOf(tracks);
    if (wave > 0 && !firstAgreed) {
      const ofFirst = failedOf(waves[0] ?? []);
      if (ofFirst.length > 0) return { by: 'first-wave', failed: ofFirst };
      if (asksAfterFirst()) return { by: 'approval' };
    }
    if (isUsedUp(budget, failed.length)) return { by: 'budget', failed, borne: budget.borne };
    if (Date.now() < setAsideUntil) return undefined;
    const isOpen = isOpenAt(look, Date.now());
    if (isOpen === true) return undefined;
    return isOpen === undefined || look === undefined ? { by: 'no-look' } : { by: 'window', look };
  };

  const standing = (): RolloutState => {
    const of = (...statuses: DeviceTrack['status'][]): number =>
      tracks.filter(({ status }) => statuses.includes(status)).length;
    const isSetAside = Date.now() < setAsideUntil;
    const repaired = tracks.filter((track) => track.repaired === true).length;
    return {
      stage: path,
      title: stage.title,
      wave: wave + 1,
      waves: waves.map((one) => one.length),
      devices: tracks.length,
      through: of('done'),
      inFlight: of('running'),
      notBegun: of('waiting'),
      failed: failedOf(tracks).length,
      ...(repaired === 0 ? {} : { repaired }),
      budget: Number.isFinite(budget.borne) ? budget.borne : null,
      ...(rollout.window === undefined || look === undefined ? {} : { window: look }),
      ...(isSetAside
        ? { setAsideUntil: Number.isFinite(setAsideUntil) ? new Date(setAsideUntil).toISOString() : null }
        : {}),
      ...(asking === undefined ? {} : { heldBy: asking }),
    };
  };

  const questionOf = (what: Held, id: string): NewQuestion => ({
    id,
    kind: 'approve',
    code: 'APPROVAL',
    step: path,
    box: side.manager.name,
    state: 'Nothing new is begun in this stage; what is in flight is finished.',
    ...heldText(what, standing(), budget.size),
    answers: what.by === 'window' ? ['approve', 'deny', 'retry'] : ['approve', 'deny'],
    ...(what.by === 'approval' ? {} : { needs: ['reason' as const] }),
    ...(what.by === 'window' && what.look.kind === 'window' ? { settlesAt: what.look.opens } : {}),
  });

  const settle = (what: Held, answer: Answer): void => {
    if (answer.verb === 'deny') {
      refused = `Not begun: denied by ${answer.by}: ${answer.reason ?? ''}`;
      return;
    }
    if (answer.verb === 'retry') {
      look = undefined;
      return;
    }
    if (answer.verb !== 'approve') return;
    if (what.by === 'window') {
      // For as long as it is closed; the next one is kept to again.
      setAsideUntil = what.look.kind === 'window' ? Date.parse(what.look.opens) : Infinity;
      return;
    }
    if (what.by !== 'budget') firstAgreed = true;
    budget = extended(budget, failedOf(tracks).length);
  };

  /** Asks what holds the stage, until it is answered or holds it no more. */
  const ask = async (first: Held): Promise<void> => {
    const id = `${stage.id}.${first.by}${sideMark(state, side)}#${String(nextOf('question'))}`;
    const opensAt = first.by === 'window' && first.look.kind === 'window' ? first.look.opens : undefined;
    for (let what: Held | undefined = first; what?.by === first.by; what = held()) {
      const question = questionOf(what, id);
      const isOther = (): boolean => {
        const now = held();
        return now?.by !== first.by || questionOf(now, id).text !== question.text;
      };
      const ms = opensAt === undefined ? undefined : Math.max(0, Date.parse(opensAt) - Date.now());
      const answer = await desk.askUntil(isOther, question, ms);
      if (answer === undefined) continue;
      if (answer.verb !== 'stop') settle(what, answer);
      return;
    }
    desk.withdraw(id);
  };

  const resolve = async (what: Held): Promise<void> => {
    if (what.by === 'no-look') {
      look = await lookAtWindow(execution, stage, { path, attempt: nextOf('window') });
      return;
    }
    asking = what.by;
    await ask(what);
    asking = undefined;
  };

  const isOver = (): boolean => base.isOver() || refused !== undefined;

  return {
    isOpen: (track) => isOver() || (base.isOpen(track) && held() === undefined),
    async opened(track) {
      while (!isOver()) {
        if (!base.isOpen(track)) {
          await base.opened(track);
          continue;
        }
        const what = held();
        if (what === undefined) return;
        // All lanes wait for one answer.
        resolving ??= resolve(what).finally(() => {
          resolving = undefined;
        });
        await resolving;
      }
    },
    isOver,
    enterWave(number) {
      wave = number;
    },
    refusal: () => (desk.stopped() ? undefined : refused),
    standing,
    allowance() {
      const more = budget.borne - failedOf(tracks).length;
      const until =
        Date.now() < setAsideUntil
          ? setAsideUntil
          : look?.kind === 'window'
            ? Date.parse(look.lastStart)
            : Infinity;
      return {
        failures: Number.isFinite(more) ? more : null,
        lastStart: Number.isFinite(until) ? new Date(until).toISOString() : null,
      };
    },
  };
}
