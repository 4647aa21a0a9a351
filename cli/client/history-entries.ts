import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import type { AuditEntry } from '../../report/index.ts';
import {
  deviceNewsSignal,
  shardNewsSignal,
  type ActionInput,
  type DecisionAnswer,
  type DecisionInput,
  type DeviceInput,
} from '../../workflows/contract.ts';
import { decodeAll } from './run-input.ts';

type Event = temporal.api.history.v1.IHistoryEvent;
type Payload = temporal.api.common.v1.IPayload;
type Draft = { -readonly [Key in keyof AuditEntry]: AuditEntry[Key] };

/** What is being read: entries so far, and those that a later event completes. */
interface Reading {
  readonly workflowId: string;
  readonly entries: Draft[];
  /** By the id of the event that scheduled it. */
  readonly activities: Map<string, Draft>;
  /** By update id. */
  readonly decisions: Map<string, Draft>;
  box: string | undefined;
  decode<T>(payloads: readonly Payload[] | null | undefined): Promise<T | undefined>;
}

/** What one history has recorded: activities, decisions of people, signals, start and end. Pure but for the codecs. */
export async function historyEntries(
  client: Client,
  workflowId: string,
  events: readonly Event[],
): Promise<AuditEntry[]> {
  const reading: Reading = {
    workflowId,
    entries: [],
    activities: new Map(),
    decisions: new Map(),
    box: undefined,
    async decode<T>(payloads: readonly Payload[] | null | undefined) {
      const [first] = await decodeAll(client, [...(payloads ?? [])]);
      return first === undefined ? undefined : defaultPayloadConverter.fromPayload<T>(first);
    },
  };
  for (const event of events) {
    await readStart(event, reading);
    await readActivity(event, reading);
    await readDecision(event, reading);
    readSignals(event, reading);
    const end = closing(event);
    if (end !== undefined) add(reading, event, { kind: 'closed', type: 'closed', id: '', ...end });
  }
  return reading.entries;
}

function add(reading: Reading, event: Event, entry: Omit<Draft, 'workflowId' | 'startedAt'>): Draft {
  const draft: Draft = {
    workflowId: reading.workflowId,
    startedAt: instant(event.eventTime),
    ...optional('box', reading.box),
    ...entry,
  };
  reading.entries.push(draft);
  return draft;
}

async function readStart(event: Event, reading: Reading): Promise<void> {
  const started = event.workflowExecutionStartedEventAttributes;
  if (started == null) return;
  const input = await reading.decode<Partial<DeviceInput>>(started.input?.payloads);
  // A shard has several; its activities say which.
  const [only, another] = input?.devices ?? [];
  reading.box = another === undefined ? (only?.target ?? input?.device)?.name : undefined;
  add(reading, event, {
    kind: 'started',
    type: started.workflowType?.name ?? '',
    id: started.originalExecutionRunId ?? '',
    outcome: 'done',
    // A child is started by its parent's worker, whose name says nothing.
    ...optional('by', started.parentWorkflowExecution == null ? started.identity : undefined),
  });
}

async function readActivity(event: Event, reading: Reading): Promise<void> {
  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled != null) {
    const input = await reading.decode<Partial<ActionInput>>(scheduled.input?.payloads);
    const summary = event.userMetadata?.summary;
    const draft = add(reading, event, {
      kind: 'activity',
      type: scheduled.activityType?.name ?? '',
      id: scheduled.activityId ?? '',
      outcome: 'open',
      ...optional('box', input?.target?.name ?? reading.box),
      ...optional('summary', summary == null ? undefined : await reading.decode<string>([summary])),
    });
    reading.activities.set(String(event.eventId), draft);
  }
  const begun = event.activityTaskStartedEventAttributes;
  const open = begun == null ? undefined : reading.activities.get(String(begun.scheduledEventId));
  if (open !== undefined) open.attempt = begun?.attempt ?? 1;

  const ended = activityEnd(event);
  const draft = ended === undefined ? undefined : reading.activities.get(ended.scheduled);
  if (ended === undefined || draft === undefined) return;
  const note = (await reading.decode<{ note?: unknown }>(ended.result))?.note;
  draft.endedAt = instant(event.eventTime);
  draft.outcome = ended.outcome;
  Object.assign(draft, optional('text', typeof note === 'string' ? note : ended.text));
}

async function readDecision(event: Event, reading: Reading): Promise<void> {
  const request = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest;
  if (request != null) {
    const input = await reading.decode<Partial<DecisionInput>>(request.input?.args?.payloads);
    const draft = add(reading, event, {
      kind: 'update',
      type: request.input?.name ?? '',
      id: request.meta?.updateId ?? '',
      outcome: 'accepted',
      ...optional('by', request.meta?.identity),
      ...optional('summary', input?.question),
      ...optional('reason', input?.reason ?? input?.text),
      ...optional('box', input?.device ?? reading.box),
    });
    reading.decisions.set(draft.id, draft);
  }
  const completed = event.workflowExecutionUpdateCompletedEventAttributes;
  const draft = completed == null ? undefined : reading.decisions.get(completed.meta?.updateId ?? '');
  if (draft === undefined) return;
  const answer = await reading.decode<Partial<DecisionAnswer>>(completed?.outcome?.success?.payloads);
  draft.endedAt = instant(event.eventTime);
  draft.outcome = answer?.accepted === true ? 'accepted' : 'refused';
  Object.assign(draft, optional('text', answer?.text));
}

function readSignals(event: Event, reading: Reading): void {
  const signal = event.workflowExecutionSignaledEventAttributes;
  // The devices' news to their parent are the engine talking to itself.
  if (signal != null && ![deviceNewsSignal, shardNewsSignal].includes(signal.signalName ?? '')) {
    add(reading, event, {
      kind: 'signal',
      type: signal.signalName ?? '',
      id: '',
      outcome: 'sent',
      ...optional('by', signal.identity),
    });
  }
  const cancel = event.workflowExecutionCancelRequestedEventAttributes;
  if (cancel != null) {
    add(reading, event, {
      kind: 'cancel-request',
      type: 'cancel',
      id: '',
      outcome: 'sent',
      ...optional('by', cancel.identity),
      ...optional('reason', cancel.cause),
    });
  }
}

interface ActivityEnd {
  readonly scheduled: string;
  readonly outcome: AuditEntry['outcome'];
  readonly result?: readonly Payload[];
  readonly text?: string;
}

function activityEnd(event: Event): ActivityEnd | undefined {
  const done = event.activityTaskCompletedEventAttributes;
  if (done != null) {
    return { scheduled: String(done.scheduledEventId), outcome: 'done', result: done.result?.payloads ?? [] };
  }
  const failed = event.activityTaskFailedEventAttributes;
  if (failed != null) {
    return {
      scheduled: String(failed.scheduledEventId),
      outcome: 'failed',
      ...optional('text', failed.failure?.message),
    };
  }
  const late = event.activityTaskTimedOutEventAttributes;
  if (late != null) {
    return {
      scheduled: String(late.scheduledEventId),
      outcome: 'timed-out',
      ...optional('text', late.failure?.message),
    };
  }
  const cancelled = event.activityTaskCanceledEventAttributes;
  return cancelled == null
    ? undefined
    : { scheduled: String(cancelled.scheduledEventId), outcome: 'cancelled' };
}

function closing(event: Event): Pick<Draft, 'outcome' | 'by' | 'reason' | 'text'> | undefined {
  if (event.workflowExecutionCompletedEventAttributes != null) return { outcome: 'done' };
  const failed = event.workflowExecutionFailedEventAttributes;
  if (failed != null) return { outcome: 'failed', ...optional('text', failed.failure?.message) };
  if (event.workflowExecutionCanceledEventAttributes != null) return { outcome: 'cancelled' };
  if (event.workflowExecutionTimedOutEventAttributes != null) return { outcome: 'timed-out' };
  const terminated = event.workflowExecutionTerminatedEventAttributes;
  return terminated == null
    ? undefined
    : {
        outcome: 'terminated',
        ...optional('by', terminated.identity),
        ...optional('reason', terminated.reason),
      };
}

function instant(time: Event['eventTime']): string {
  return new Date(Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6)).toISOString();
}

function optional<Key extends string>(
  key: Key,
  value: string | null | undefined,
): Partial<Record<Key, string>> {
  return value == null || value === '' ? {} : ({ [key]: value } as Record<Key, string>);
}
