/**
 * One Temporal server and one workflow bundle for the whole test run, both made when first asked for. Tests keep apart by task
 * queue and workflow id: use {@link uniqueName}.
 */
import { randomUUID } from 'node:crypto';

import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { NativeConnection, WorkflowBundlePath } from '@temporalio/worker';

import { findTemporalExecutable, largePayloads, runbookHome } from '../../supervisor/index.ts';
import { workflowBundle as cachedBundle } from '../../worker/workflow-bundle.ts';
import { searchAttributes } from '../../workflows/contract.ts';

export interface TestServer {
  readonly client: Client;
  /** For `Worker.create`. */
  readonly nativeConnection: NativeConnection;
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
  /** Path of the Temporal CLI. */
  readonly executable: string;
}

let environment: Promise<{ readonly env: TestWorkflowEnvironment; readonly server: TestServer }> | undefined;
let bundle: Promise<WorkflowBundlePath> | undefined;

/**
 * The server of this test run: timers are exact to a millisecond instead of a second, our search attributes are known, and a
 * workflow can skip its waiting ({@link skipTime}).
 */
export async function testServer(): Promise<TestServer> {
  environment ??= start();
  return (await environment).server;
}

/** The workflow bundle of this test run, for `Worker.create({ workflowBundle })`. */
export function workflowBundle(): Promise<WorkflowBundlePath> {
  bundle ??= cachedBundle(runbookHome().cache);
  return bundle;
}

/** A name that no other test uses: for task queues and workflow ids. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID()}`;
}

/**
 * From now on this workflow and its children do not wait for their timers: whenever nothing else is under way, the server sets
 * their clock forward. Activities take the time they take.
 */
export async function skipTime(server: TestServer, workflowId: string): Promise<void> {
  await server.client.workflowService.updateWorkflowExecutionOptions({
    namespace: server.namespace,
    workflowExecution: { workflowId },
    workflowExecutionOptions: { timeSkippingConfig: { enabled: true } },
    updateMask: { paths: ['time_skipping_config'] },
  });
}

/** Called by the root hook. */
export async function closeTestServer(): Promise<void> {
  if (environment === undefined) return;
  const { env } = await environment;
  environment = undefined;
  await env.teardown();
}

async function start(): Promise<{ env: TestWorkflowEnvironment; server: TestServer }> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const { Runtime, DefaultLogger } = await import('@temporalio/worker');
  // What goes wrong on purpose in a test must not fill the screen.
  Runtime.install({ logger: new DefaultLogger((process.env['TEST_LOG'] ?? 'ERROR') as 'ERROR') });
  const { path } = await findTemporalExecutable(runbookHome());
  const env = await TestWorkflowEnvironment.createLocal({
    client: { dataConverter: { payloadCodecs: [largePayloads] } },
    server: {
      executable: { type: 'existing-path', path },
      namespace: 'runbooks',
      log: { format: 'pretty', level: 'error' },
      extraArgs: [
        ...['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="1ms"'],
        ...['--dynamic-config-value', 'frontend.WorkflowTimeSkippingEnabled=true'],
        ...Object.entries(searchAttributes).flatMap(([name, type]) => [
          '--search-attribute',
          `${name}=${type}`,
        ]),
      ],
    },
  });
  const server = {
    client: env.client,
    nativeConnection: env.nativeConnection,
    address: env.address,
    namespace: env.namespace ?? 'runbooks',
    executable: path,
  };
  return { env, server };
}
