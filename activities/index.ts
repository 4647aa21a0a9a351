import type { ActionName } from '../language/actions.ts';
import { commandEnd, siteKnock, type ActionInput, type ActionResult } from '../workflows/contract.ts';
import type { Action } from './action.ts';
import type { StandingRef } from '../devices/index.ts';
import type { ActivityDeps } from './deps.ts';
import { awaitCommandEnd } from './await-command-end.ts';
import { maintenanceWindow } from './maintenance-window.ts';
import { observe, probeCommand, runCommand, runCommandOnce } from './any-box/command.ts';
import { backUpFiles, probeFiles, putFiles, releaseFiles, restoreFiles } from './any-box/files.ts';
import { inspectBox } from './any-box/inspect-box.ts';
import { readCertificate } from './any-box/read-certificate.ts';
import { readFile } from './any-box/read-file.ts';
import { tlsHandshake } from './any-box/tls-handshake.ts';
import { awaitGenerateCerts } from './renewal/await-generate-certs.ts';
import { checkCriticalTasks } from './renewal/check-critical-tasks.ts';
import { checkGenerator } from './renewal/check-generator.ts';
import { copyCertsFromManager } from './renewal/copy-from-manager.ts';
import { deliverCerts } from './renewal/deliver-certs.ts';
import { findGeneration } from './renewal/find-generation.ts';
import { inspectDevice } from './renewal/inspect-device.ts';
import { launchGenerateCerts } from './renewal/launch-generate-certs.ts';
import { checkRestart } from './renewal/other-managers.ts';
import { readPairState } from './renewal/pair-state.ts';
import { probeDelivery } from './renewal/probe-delivery.ts';
import { probeGeneration } from './renewal/probe-generation.ts';
import { probeHandDelivery } from './renewal/probe-hand-delivery.ts';
import { proveBackup } from './renewal/prove-backup.ts';
import { readFailedPush } from './renewal/read-failed-push.ts';
import { identifyEntry, readIdentity } from './renewal/read-identity.ts';
import { readInternalCa } from './renewal/read-internal-ca.ts';
import { probeRestart, restartTunnel } from './renewal/restart-tunnel.ts';
import { judgeRollback, probeRollback, restoreOldSet } from './renewal/roll-back.ts';
import { tidyManager } from './renewal/tidy-manager.ts';
import { tunnelStatus } from './renewal/tunnel-status.ts';
import { verifyTunnel } from './renewal/verify-tunnel.ts';
import { readUnit } from './renewal/unit-state.ts';
import { writePack } from './renewal/write-pack.ts';
import { goThrough } from './stretch.ts';
import { writeReport } from './write-report.ts';
import { faultsOfTarget, nameFault } from './box/known-faults.ts';
import { RunbookError } from '../errors/index.ts';

export type { ActivityDeps } from './deps.ts';
export { FailureInterceptor } from './failure-interceptor.ts';

/** One implementation for every action of the language; a missing one does not compile. */
const implementations: Readonly<Record<ActionName, Action>> = {
  awaitGenerateCerts,
  backUpFiles,
  checkCriticalTasks,
  checkGenerator,
  checkRestart,
  copyCertsFromManager,
  deliverCerts,
  findGeneration,
  identifyEntry,
  inspectBox,
  inspectDevice,
  judgeRollback,
  launchGenerateCerts,
  maintenanceWindow,
  observe,
  probeCommand,
  probeDelivery,
  probeFiles,
  probeGeneration,
  probeHandDelivery,
  probeRestart,
  probeRollback,
  proveBackup,
  putFiles,
  readCertificate,
  readFailedPush,
  readFile,
  readIdentity,
  readInternalCa,
  readPairState,
  readUnit,
  releaseFiles,
  restartTunnel,
  restoreFiles,
  restoreOldSet,
  runCommand,
  runCommandOnce,
  tidyManager,
  tlsHandshake,
  tunnelStatus,
  verifyTunnel,
  writePack,
  writeReport,
};

export type Activities = Record<ActionName, (input: ActionInput) => Promise<ActionResult>> &
  Record<typeof siteKnock, () => Promise<void>> &
  Record<typeof commandEnd, (standing: StandingRef) => Promise<void>>;

/** Sees each action from its beginning to its end, also those within a stretch. */
export type Watch = (
  name: ActionName,
  input: ActionInput,
  act: () => Promise<ActionResult>,
) => Promise<ActionResult>;

/** The activities of a worker, by the names that the workflows call. */
export function createActivities(
  deps: ActivityDeps,
  watch: Watch = (_name, _input, act) => act(),
): Activities {
  const act = (name: ActionName, input: ActionInput): Promise<ActionResult> => {
    const own = input.settings === undefined ? deps : { ...deps, settings: input.settings };
    return watch(name, input, () => named(implementations[name], input, own));
  };
  return Object.fromEntries([
    [siteKnock, () => Promise.resolve()],
    [commandEnd, (standing: StandingRef) => awaitCommandEnd(standing, deps)],
    ...(Object.keys(implementations) as ActionName[]).map((name) => [
      name,
      (input: ActionInput) => goThrough(name, input, act),
    ]),
  ]) as Activities;
}

/** What an action fails with is given the name of the known fault that it is: cause and cure go with it. */
async function named(action: Action, input: ActionInput, deps: ActivityDeps): Promise<ActionResult> {
  try {
    return await action(input, deps);
  } catch (thrown) {
    if (!(thrown instanceof RunbookError)) throw thrown;
    const { standing } = thrown.context;
    // Whoever answers the prompt has to find this worker: the session is here.
    if (typeof standing === 'object')
      Object.assign(standing as StandingRef, { queue: await deps.ownQueue() });
    throw nameFault(thrown, await faultsOfTarget(input, deps));
  }
}
