import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { RunInput } from '../../workflows/contract.ts';

/**
 * What a run or plan was started with, from the first event of its history: works without a worker and after the runbook's file was
 * edited or lost. Undefined when the history is gone.
 */
export async function readRunInput(client: Client, workflowId: string): Promise<RunInput | undefined> {
  return await readStartInput<RunInput>(client, workflowId);
}

/** As {@link readRunInput}, of any workflow. */
export async function readStartInput<Input>(client: Client, workflowId: string): Promise<Input | undefined> {
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId },
      maximumPageSize: 1,
    });
    const encoded = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    const payloads = await decodeAll(client, encoded);
    const [first] = payloads;
    return first === undefined ? undefined : defaultPayloadConverter.fromPayload<Input>(first);
  } catch {
    return undefined;
  }
}

type Payloads = Parameters<Client['options']['loadedDataConverter']['payloadCodecs'][number]['decode']>[0];

/** Undoes the codecs of the client, the outermost first. */
export async function decodeAll(client: Client, payloads: Payloads): Promise<Payloads> {
  let decoded = payloads;
  for (const codec of client.options.loadedDataConverter.payloadCodecs) decoded = await codec.decode(decoded);
  return decoded;
}
