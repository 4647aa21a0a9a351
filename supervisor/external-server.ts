import { statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import type { ConnectionOptions } from '@temporalio/client';

import { asRunbookError, RunbookError } from '../errors/index.ts';
import { embeddedNamespace } from './embedded-server.ts';

export interface ExternalServer {
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl?: string;
  /** TLS, API key and metadata; the address stands beside. */
  readonly connectionOptions: ConnectionOptions;
}

/**
 * The server the operator has named: by `TEMPORAL_ADDRESS` (with `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, `TEMPORAL_TLS_…`) or by a
 * profile of temporal.toml. Undefined when neither names an address: then the embedded one is meant.
 *
 * @throws RunbookError `INPUT_INVALID` when the settings cannot be read.
 */
export async function externalServer(
  env: NodeJS.ProcessEnv = process.env,
): Promise<ExternalServer | undefined> {
  // Most homes have neither; they should not pay for the library.
  const hasFile = hasContent(configFile(env));
  if ((env['TEMPORAL_ADDRESS'] ?? '') === '' && !hasFile) return undefined;
  const { loadClientConnectConfig } = await import('@temporalio/envconfig');
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({
      overrideEnvVars: definedOnly(env),
      // The library stumbles over an empty file, with which the supervisor hides the user's.
      disableFile: !hasFile,
    });
    const address = connectionOptions.address;
    if (address === undefined || address === '') return undefined;
    const uiUrl = env['RUNBOOK_UI_URL'];
    return {
      address,
      namespace: namespace ?? embeddedNamespace,
      connectionOptions,
      ...(uiUrl === undefined || uiUrl === '' ? {} : { uiUrl }),
    };
  } catch (error) {
    const reason = asRunbookError(error).message;
    throw new RunbookError(
      'INPUT_INVALID',
      `The settings for the Temporal server cannot be read: ${reason}`,
      {},
      { cause: error },
    );
  }
}

function configFile(env: NodeJS.ProcessEnv): string {
  const named = env['TEMPORAL_CONFIG_FILE'];
  if (named !== undefined && named !== '') return named;
  const folder =
    process.platform === 'darwin'
      ? path.join(os.homedir(), 'Library', 'Application Support')
      : process.platform === 'win32'
        ? (env['APPDATA'] ?? os.homedir())
        : (env['XDG_CONFIG_HOME'] ?? path.join(os.homedir(), '.config'));
  return path.join(folder, 'temporalio', 'temporal.toml');
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function hasContent(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
