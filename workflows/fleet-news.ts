import { defineSignal, getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import { settlesItself } from './attention.ts';
import {
  followSignal,
  memberNewsSignal,
  type FleetRef,
  type MemberEnd,
  type MemberNews,
  type Question,
  type RunDocument,
  type RunMemo,
} from './contract.ts';

/** How a run tells fleets about itself: the one that has started it, and those that have found it running. */
export interface FleetNews {
  /** To be called after every turn; says something only when a person has something new to do, or has it no more. */
  tell(memo: RunMemo, questions: readonly Question[]): void;
  /** The last word, to fleets that do not get the run's result; undefined where there is none. */
  end(document: RunDocument): Promise<unknown> | undefined;
}

const broken: readonly Question['kind'][] = ['failed', 'prompt', 'unknown-outcome'];
const mostLeft = 20;

/** Sets the handler by which a fleet joins in; call it before the first await. `now`: how the run stands. */
export function createFleetNews(
  starter: FleetRef | undefined,
  now: () => { readonly memo: RunMemo; readonly questions: readonly Question[] },
): FleetNews {
  const fleets = new Map<string, FleetRef>();
  if (starter !== undefined) fleets.set(starter.workflowId, starter);
  // A run that has just begun has no news.
  let told = keyOf({ outcome: 'running' }, []);
  let number = 0;
  const newsOf = (memo: RunMemo, questions: readonly Question[]): Omit<MemberNews, 'member'> => {
    number += 1;
    const settling = questions.filter(settlesItself).length;
    return {
      number,
      outcome: memo.outcome,
      score: memo.score,
      ...(memo.paused === undefined ? {} : { paused: memo.paused }),
      questions: memo.questions,
      asking: questions.length,
      failing: questions.filter(({ kind }) => broken.includes(kind)).length,
      ...(settling === 0 ? {} : { settling }),
    };
  };
  const send = async (to: FleetRef, news: Omit<MemberNews, 'member'>): Promise<void> => {
    await getExternalWorkflowHandle(to.workflowId)
      .signal(defineSignal<[MemberNews]>(memberNewsSignal), { ...news, member: to.member })
      // A fleet that is closed already does not need to hear it.
      .catch(() => undefined);
  };
  setHandler(defineSignal<[FleetRef]>(followSignal), (fleet) => {
    fleets.set(fleet.workflowId, fleet);
    const { memo, questions } = now();
    void send(fleet, newsOf(memo, questions));
  });
  return {
    tell(memo, questions) {
      if (fleets.size === 0) return;
      const key = keyOf(memo, questions);
      if (key === told) return;
      told = key;
      const news = newsOf(memo, questions);
      for (const fleet of fleets.values()) void send(fleet, news);
    },
    end(document) {
      const others = [...fleets.values()].filter(({ workflowId }) => workflowId !== starter?.workflowId);
      if (others.length === 0) return undefined;
      const { memo, questions } = now();
      const news = { ...newsOf(memo, questions), end: memberEnd(document) };
      return Promise.all(others.map((fleet) => send(fleet, news)));
    },
  };
}

function keyOf(memo: Pick<RunMemo, 'outcome' | 'paused'>, questions: readonly Question[]): string {
  return JSON.stringify([memo.outcome, memo.paused?.since ?? '', questions.map(({ id }) => id)]);
}

/** The summary of a closed run. */
export function memberEnd(document: RunDocument): MemberEnd {
  const count = (...statuses: string[]): number =>
    document.devices.filter(({ status }) => statuses.includes(status)).length;
  const phases: Record<string, number> = {};
  for (const { phase } of document.devices) phases[phase] = (phases[phase] ?? 0) + 1;
  return {
    outcome: document.outcome,
    exitCode: document.exitCode,
    summary: document.summary,
    startedAt: document.startedAt,
    endedAt: document.endedAt ?? document.startedAt,
    score: {
      done: count('done'),
      running: count('running'),
      waiting: count('parked'),
      failed: count('skipped', 'needs-hands'),
      notStarted: count('waiting'),
    },
    phases,
    leftToDo: document.leftToDo.slice(0, mostLeft),
    left: document.leftToDo.length,
  };
}
