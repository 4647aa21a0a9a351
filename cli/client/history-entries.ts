import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import type { AuditEntry } from '../../report/index.ts';
import type { ActionInput, DecisionAnswer, DecisionInput, DeviceInput } from '../../workflows/contract.ts';
import { decodeAll } from './run-input.ts';

type Event = temporal.api.history.v1.IHistoryEvent;
type Payload = temporal.api.common.v1.IPayload;
type Draft = { -readonly [Key in keyof AuditEntry]: AuditEntry[Key] };

/** What one history has recorded: activities, decisions of people, signals, start and end. Pure but for the codecs. */
export async function historyEntries(client: Client, workflowId: string, events: readonly Event[]): Promise<AuditEntry[]> {
  const decode = async <T>(payloads: readonly Payload[] | null | undefined): Promise<T | undefined> => {
    const [first] = await decodeAll(client, [...(payloads ?? [])]);
    return first === undefined ? undefined : defaultPayloadConverter.fromPayload<T>(first);
  };
  const activities = new Map<string, Draft>();
  const decisions = new Map<string, Draft>();
  const entries: Draft[] = [];
  const add = (draft: Draft): Draft => {
    entries.push(draft);
    return draft;
  };
  let box: string | undefined;

  for (const event of events) {
    const at = instant(event.eventTime);
    const started = event.workflowExecutionStartedEventAttributes;
    if (started != null) {
      const input = await decode<Partial<DeviceInput>>(started.input?.payloads);
      box = input?.device?.name;
      add({
        kind: 'started',
        workflowId,
        type: started.workflowType?.name ?? '',
        id: started.originalExecutionRunId ?? '',
        startedAt: at,
        outcome: 'done',
        ...optional('box', box),
        ...optional('by', started.parentWorkflowExecution == null ? started.identity : undefined),
      });
    }
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled != null) {
      const input = await decode<Partial<ActionInput>>(scheduled.input?.payloads);
      const summary = await decode<string>(event.userMetadata?.summary == null ? [] : [event.userMetadata.summary]);
      activities.set(
        String(event.eventId),
        add({
          kind: 'activity',
          workflowId,
          type: scheduled.activityType?.name ?? '',
          id: scheduled.activityId ?? '',
          startedAt: at,
          outcome: 'open',
          ...optional('box', input?.target?.name ?? box),
          ...optional('summary', summary),
        }),
      );
    }
    const begun = event.activityTaskStartedEventAttributes;
    if (begun != null) {
      const activity = activities.get(String(begun.scheduledEventId));
      if (activity !== undefined) Object.assign(activity, { attempt: begun.attempt ?? 1 });
    }
    const ended = activityEnd(event);
    if (ended !== undefined) {
      const activity = activities.get(ended.scheduled);
      const note = ended.result === undefined ? undefined : (await decode<{ note?: unknown }>(ended.result))?.note;
      const text = typeof note === 'string' ? note : ended.text;
      if (activity !== undefined) Object.assign(activity, { endedAt: at, outcome: ended.outcome }, optional('text', text));
    }
    const accepted = event.workflowExecutionUpdateAcceptedEventAttributes;
    const request = accepted?.acceptedRequest;
    if (request != null) {
      const input = await decode<Partial<DecisionInput>>(request.input?.args?.payloads);
      decisions.set(
        request.meta?.updateId ?? '',
        add({
          kind: 'update',
          workflowId,
          type: request.input?.name ?? '',
          id: request.meta?.updateId ?? '',
          startedAt: at,
          outcome: 'accepted',
          ...optional('box', box),
          ...optional('by', request.meta?.identity),
          ...optional('summary', input?.question),
          ...optional('reason', input?.reason),
        }),
      );
    }
    const answered = event.workflowExecutionUpdateCompletedEventAttributes;
    if (answered != null) {
      const answer = await decode<Partial<DecisionAnswer>>(answered.outcome?.success?.payloads);
      const decision = decisions.get(answered.meta?.updateId ?? '');
      const outcome = answer?.accepted === true ? 'accepted' : 'refused';
      if (decision !== undefined) Object.assign(decision, { endedAt: at, outcome }, optional('text', answer?.text));
    }
    const cancel = event.workflowExecutionCancelRequestedEventAttributes;
    if (cancel != null) {
      add({ kind: 'cancel-request', workflowId, type: 'cancel', id: '', startedAt: at, outcome: 'sent', ...optional('by', cancel.identity), ...optional('reason', cancel.cause) });
    }
    const closed = closing(event);
    if (closed !== undefined) add({ kind: 'closed', workflowId, type: 'closed', id: '', startedAt: at, ...optional('box', box), ...closed });
  }
  return entries;
}

function activityEnd(event: Event): { scheduled: string; outcome: AuditEntry['outcome']; result?: readonly Payload[]; text?: string } | undefined {
  const done = event.activityTaskCompletedEventAttributes;
  if (done != null) return { scheduled: String(done.scheduledEventId), outcome: 'done', result: done.result?.payloads ?? [] };
  const failed = event.activityTaskFailedEventAttributes;
  if (failed != null) return { scheduled: String(failed.scheduledEventId), outcome: 'failed', ...optional('text', failed.failure?.message) };
  const late = event.activityTaskTimedOutEventAttributes;
  if (late != null) return { scheduled: String(late.scheduledEventId), outcome: 'timed-out', ...optional('text', late.failure?.message) };
  const cancelled = event.activityTaskCanceledEventAttributes;
  return cancelled == null ? undefined : { scheduled: String(cancelled.scheduledEventId), outcome: 'cancelled' };
}

function closing(event: Event): Pick<Draft, 'outcome' | 'by' | 'reason' | 'text'> | undefined {
  if (event.workflowExecutionCompletedEventAttributes != null) return { outcome: 'done' };
  const failed = event.workflowExecutionFailedEventAttributes;
  if (failed != null) return { outcome: 'failed', ...optional('text', failed.failure?.message) };
  if (event.workflowExecutionCanceledEventAttributes != null) return { outcome: 'cancelled' };
  if (event.workflowExecutionTimedOutEventAttributes != null) return { outcome: 'timed-out' };
  const terminated = event.workflowExecutionTerminatedEventAttributes;
  return terminated == null ? undefined : { outcome: 'terminated', ...optional('by', terminated.identity), ...optional('reason', terminated.reason) };
}

function instant(time: Event['eventTime']): string {
  return new Date(Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6)).toISOString();
}

function optional<Key extends string>(key: Key, value: string | null | undefined): Partial<Record<Key, string>> {
  return value == null || value === '' ? {} : ({ [key]: value } as Record<Key, string>);
}
