import { RunbookError } from '../../errors/index.ts';
import { externalServer, readSupervisorState, runbookHome } from '../../supervisor/index.ts';
import type { RunRecord } from './read-run.ts';

/**
 * Throws DEVICE_CREDENTIAL_FROZEN when an open run asks what to do about this credential, because a box refused it. Only where a server
 * is running already: none is started or waited for.
 */
export async function checkFrozenInRuns(device: string, credential: string): Promise<void> {
  const run = standsAt(await openRuns(), credential);
  if (run === undefined) return;
  throw new RunbookError(
    'DEVICE_CREDENTIAL_FROZEN',
    `${device}: the credential ${credential} was refused to the run ${run}, which asks what to do about it.`,
    {
      device,
      credential,
      state: 'No login was tried.',
      remedy: `Correct the credential and retry there (\`runbook status ${run}\`). If it is right by now, add --retry-logins: it is tried once more.`,
    },
  );
}

/** The first open run that asks about this credential. Pure. */
export function standsAt(
  runs: readonly Pick<RunRecord, 'run' | 'status' | 'memo'>[],
  credential: string,
): string | undefined {
  return runs.find(
    ({ status, memo }) =>
      status === 'RUNNING' &&
      memo?.questions.some(({ cause }) => cause === `credential:${credential}`) === true,
  )?.run;
}

async function openRuns(): Promise<readonly RunRecord[]> {
  try {
    const isThere =
      (await externalServer()) !== undefined || readSupervisorState(runbookHome())?.server.status === 'ready';
    if (!isThere) return [];
    const { withSession } = await import('./session.ts');
    const { readRunList } = await import('./run-list.ts');
    return await withSession({ worker: false }, ({ client }) => readRunList(client, 100));
  } catch {
    // The box is looked at without a server too.
    return [];
  }
}
