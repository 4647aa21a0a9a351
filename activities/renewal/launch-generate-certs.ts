import { RunbookError } from '../../errors/index.ts';
import { fillTemplate, shellQuote, type RootShell } from '../../devices/index.ts';
import { beating, onBox, pause, textParam, type Action } from '../action.ts';
import { dropLock, isOwnOrDead, lockOwner, ownerLine, takeLock } from '../box/lock.ts';
import { boxClock, listFolder } from '../box/posix.ts';
import type { LaunchFact } from './facts.ts';
import {
  attemptState,
  generateProfile,
  isUnderWay,
  keepAliveById,
  keepAliveValues,
  lockFolder,
  newestAttempt,
  preventStart,
  runningGenerators,
  startScript,
} from './generator.ts';
import { profilePath } from '../box/profile-path.ts';
import { readManagerCa } from './manager-ca.ts';

/**
 * Starts generate_certs.pl under a terminal that outlives session and worker. Begins with the second look: the CA is still the
 * one of the plan and nobody else generates. What an earlier attempt of this run started is followed, not started again; so is
 * what an earlier run of the same id left alive, whose lock is taken over.
 */
export const launchGenerateCerts: Action = async (input, deps) =>
  await beating(async (progress) => {
    const planned = textParam(input, 'plannedFingerprint');
    const keepAlive = textParam(input, 'keepAlive');
    const launch = await onBox(deps, input, input.target, async (shell): Promise<LaunchFact> => {
      const { ca } = await readManagerCa(shell);
      const lock = lockFolder(shell);
      const earlier = isOwnOrDead(await lockOwner(shell, lock), input.run)
        ? await newestAttempt(shell)
        : undefined;
      // One that has ended was judged already, with the CA as it was then: whatever changed it since was not that attempt.
      if (earlier !== undefined && (await settle(shell, earlier))) {
        await takeLock(shell, lock, input.run);
        return earlier;
      }
      if (ca.fingerprint256 !== planned) {
        throw new RunbookError(
          'GENERATE_CA_CHANGED',
          `The InternalCA is ${ca.fingerprint256} since ${ca.notBefore}, not ${planned} as planned.`,
          {
            device: input.target?.name ?? '',
            state: 'generate_certs.pl of this run has not made it, and is not started.',
            remedy: 'Cancel this run and make a new plan; it takes over the CA that is there.',
          },
        );
      }
      const running = await runningGenerators(shell);
      if (running.length > 0) {
        throw new RunbookError(
          'GENERATE_ALREADY_RUNNING',
          `generate_certs.pl runs already: ${running.join('; ').slice(0, 300)}`,
          {
            device: input.target?.name ?? '',
            state: 'This run did not start generate_certs.pl.',
            remedy:
              'Leave it alone: do not end it, do not start another one. Once it has ended, retry. If it has made a new CA by then, cancel this run and make a new plan; it takes over what is there.',
          },
        );
      }
      progress('start');
      return await start(shell, input.run, keepAlive);
    });
    return {
      facts: { ...launch, knownFolders: [...launch.knownFolders] },
      note: `generate_certs.pl started under ${launch.keepAlive} at ${launch.startedAt}`,
    };
  });

/** An attempt that has not begun by now must not begin while the next one is being made. */
async function settle(shell: RootShell, earlier: LaunchFact): Promise<boolean> {
  if (!(await attemptState(shell, earlier)).started && (await preventStart(shell, earlier))) return false;
  return await isUnderWay(shell, earlier);
}

async function start(
  shell: RootShell,
  run: { workflowId: string; runId: string },
  keepAlive: string,
): Promise<LaunchFact> {
  const base = shellQuote(profilePath(shell, 'privateRoot'));
  await shell.run(`mkdir -p ${base} && chmod 700 ${base}`);
  const lock = lockFolder(shell);
  const owner = await lockOwner(shell, lock);
  // Attempts of an earlier, closed run of this FMC (nothing runs, that was looked at) must not be taken for ours.
  if (owner !== ownerLine(run) && isOwnOrDead(owner, run)) await dropLock(shell, lock);
  await takeLock(shell, lock, run);
  await keepOldFiles(shell, run.runId);
  const taken = (await listFolder(shell, lock)).filter((name) => name.startsWith('attempt-')).length;
  const folder = `${lock}/attempt-${String(taken + 1)}`;
  await shell.run(`mkdir -m 700 ${shellQuote(folder)}`);
  const launch: LaunchFact = {
    folder,
    session: `runbook-${run.runId.slice(0, 8)}-${String(taken + 1)}`,
    keepAlive,
    startedAt: new Date(await boxClock(shell)).toISOString(),
    knownFolders: await listFolder(shell, profilePath(shell, 'workRoot')),
  };
  await shell.writeFile(`${folder}/run.sh`, Buffer.from(startScript(folder, generateProfile(shell).command)));
  await shell.run(`chmod 700 ${shellQuote(`${folder}/run.sh`)}`);
  await shell.writeFile(`${folder}/launch.json`, Buffer.from(JSON.stringify(launch)));
  const way = keepAliveById(shell, keepAlive);
  const started = await shell.run(fillTemplate(way.start, keepAliveValues(launch)), { anyStatus: true });
  for (let tries = 0; tries < 20; tries += 1) {
    if ((await attemptState(shell, launch)).started) return launch;
    await pause(500);
  }
  throw new RunbookError(
    'GENERATE_UNKNOWN',
    `${keepAlive} was asked to start generate_certs.pl and nothing shows that it did: ${started.output.trim().slice(-300)}`,
    {
      state: 'The InternalCA was the planned one a moment ago; it is looked at again before anything else.',
    },
  );
}

/**
 * Keeps the FMC's own old CA and certificates beside, for TAC, readable by root only. They stay after the run: nothing else on
 * the box holds the old CA any more.
 */
async function keepOldFiles(shell: RootShell, runId: string): Promise<void> {
  const folder = `${profilePath(shell, 'privateRoot')}/old-${runId.slice(0, 8)}`;
  const sources = ['caRoot', 'keys']
    .map((name) => shell.profile.paths[name])
    .filter((path) => path !== undefined);
  const copies = sources.map((path) => `cp -a ${shellQuote(path)} ${shellQuote(`${folder}/`)}`);
  const script = `umask 077; [ -d ${shellQuote(folder)} ] || { mkdir -m 700 ${shellQuote(folder)} && ${copies.join(' && ')}; }`;
  await shell.run(`sh -c ${shellQuote(script)}`);
}
