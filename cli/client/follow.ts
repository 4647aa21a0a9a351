import type { Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunDocument } from '../../workflows/contract.ts';
import type { RunReading, RunRecord } from './read-run.ts';

/** Why following ended. */
export type FollowEnd<Document = RunDocument> =
  | { readonly why: 'closed' | 'waiting'; readonly document: Document }
  | { readonly why: 'closed-without-result'; readonly record: RunRecord }
  | { readonly why: 'detached' };

export interface FollowEvents<Document = RunDocument> {
  state(document: Document): void;
  /** No worker or no server answers; undefined once it does again. */
  trouble(text: string | undefined): void;
}

const leastMs = 350;
const mostMs = 5_000;
/** A query of a big run costs the worker; it rests this many times as long as that took. */
const share = 10;
/** A run stands still only when two looks in a row say so: between a retry and its step nothing runs for a moment. */
const looks = 2;

/** Follows a run until it is closed, or nothing can move without a person, or the signal says stop. */
export async function follow<Document extends Pick<RunDocument, 'outcome'> = RunDocument>(
  client: Client,
  workflowId: string,
  events: FollowEvents<Document>,
  signal: AbortSignal,
  read: (client: Client, workflowId: string) => Promise<RunReading<Document>>,
): Promise<FollowEnd<Document>> {
  let waitingLooks = 0;
  let failures = 0;
  while (!signal.aborted) {
    const began = Date.now();
    const reading = await readOrUndefined(() => read(client, workflowId));
    const isTrouble = reading === undefined || (reading.from === 'record' && !reading.closed);
    failures = isTrouble ? failures + 1 : 0;
    // The first query right after a start may fail while the first task runs.
    if (failures === 0) events.trouble(undefined);
    else if (failures > 2) events.trouble(troubleText(reading));
    if (reading?.from === 'record' && reading.closed)
      return { why: 'closed-without-result', record: reading.record };
    if (reading !== undefined && reading.from !== 'record') {
      events.state(reading.document);
      if (reading.closed) return { why: 'closed', document: reading.document };
      waitingLooks = reading.document.outcome === 'waiting' ? waitingLooks + 1 : 0;
      if (waitingLooks >= looks) return { why: 'waiting', document: reading.document };
    }
    const took = Date.now() - began;
    await pause(Math.min(mostMs, Math.max(leastMs, took * share)), signal);
  }
  return { why: 'detached' };
}

async function readOrUndefined<Document>(
  read: () => Promise<RunReading<Document>>,
): Promise<RunReading<Document> | undefined> {
  try {
    return await read();
  } catch (thrown) {
    // The server may be restarting; the run waits for it and so do we. A run that does not exist is for the caller.
    if ((thrown as { code?: unknown }).code === 'ENGINE_NO_RUN') throw thrown;
    return undefined;
  }
}

function troubleText(reading: unknown): string {
  return reading === undefined
    ? 'The Temporal server does not answer; the run goes on as soon as it does.'
    : 'No worker answers for this run; it goes on as soon as one does (`runbook up`, `runbook worker`).';
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
