import os from 'node:os';

import type { Client } from '@temporalio/client';

import { asRunbookError, RunbookError } from '../errors/index.ts';
import { ensureUp, type EnsureUpOptions } from './control.ts';
import { largePayloads } from './large-payloads.ts';
import { externalServer, type ExternalServer } from './external-server.ts';

/** A way to the Temporal server, ours or the operator's. */
export interface RunbookConnection {
  /** Bound to {@link RunbookConnection.namespace}; its identity is `<user>@<host> via runbook`. */
  readonly client: Client;
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
  /** Base address of the Temporal UI; for an external server only when `RUNBOOK_UI_URL` says it. */
  readonly uiUrl?: string;
  /** True when the server is the one of our supervisor. */
  readonly embedded: boolean;
  close(): Promise<void>;
}

/**
 * Connects to the external server that the environment or temporal.toml names, else to the embedded one, which is started when it
 * does not run. `worker: true` also starts a worker (embedded only), so verbs that only read say false.
 *
 * @throws RunbookError `ENGINE_NO_SERVER` when there is no server, `ENGINE_NO_WORKER` when the worker does not start,
 * `INPUT_INVALID` when the settings for an external server cannot be read.
 */
export async function connect(options: EnsureUpOptions): Promise<RunbookConnection> {
  const external = await externalServer(options.env);
  const server = external ?? (await embeddedServer(options));
  const { Client, Connection } = await import('@temporalio/client');
  try {
    const connection = await Connection.connect({
      ...server.connectionOptions,
      address: server.address,
      connectTimeout: 10_000,
      // The SDK means to allow this much and names the option wrongly; a page of the history of 5,000 devices is larger than gRPC's 4 MB.
      channelArgs: { 'grpc.max_receive_message_length': 128 * 1024 * 1024 },
    });
    return {
      client: new Client({
        connection,
        namespace: server.namespace,
        identity: identity(),
        dataConverter: { payloadCodecs: [largePayloads] },
      }),
      address: server.address,
      namespace: server.namespace,
      embedded: external === undefined,
      ...(server.uiUrl === undefined ? {} : { uiUrl: server.uiUrl }),
      close: () => connection.close(),
    };
  } catch (error) {
    throw new RunbookError(
      'ENGINE_NO_SERVER',
      `The Temporal server at ${server.address} does not answer: ${asRunbookError(error).message}`,
      {
        address: server.address,
        ...(external === undefined
          ? {}
          : { remedy: 'Check TEMPORAL_ADDRESS and the way to it, or unset it to use a server of our own.' }),
      },
      { cause: error },
    );
  }
}

async function embeddedServer(options: EnsureUpOptions): Promise<ExternalServer> {
  const { address, namespace, uiUrl } = await ensureUp(options);
  return { address, namespace, uiUrl, connectionOptions: {} };
}

/** Who stands behind an update in the history. */
function identity(): string {
  return `${os.userInfo().username}@${os.hostname()} via runbook`;
}
