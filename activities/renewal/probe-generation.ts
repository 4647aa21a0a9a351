import { beating, onBox, pause, type Action } from '../action.ts';
import type { RootShell } from '../../devices/index.ts';
import type { RunRef } from '../../workflows/contract.ts';
import type { LaunchFact } from './facts.ts';
import { attemptState, ownAttempt } from './generator.ts';
import { readManagerCa } from './manager-ca.ts';

/** Long enough that a start which was sent just before the session died has either happened or never will. */
const settleMs = 5_000;

/**
 * Tells from the FMC where the generation stands: the CA against the planned one, and what this run left on the box. Looks
 * twice before it says "not done".
 */
export const probeGeneration: Action = async (input, deps) =>
  await beating(async () => {
    const planned =
      typeof input.params['plannedFingerprint'] === 'string' ? input.params['plannedFingerprint'] : '';
    const isLaunch = input.params['of'] === 'launchGenerateCerts';
    const look = async (): Promise<Look> =>
      await onBox(
        deps,
        input,
        input.target,
        async (shell) => await lookAt(shell, input.run, planned, isLaunch),
      );
    let found = await look();
    if (found.outcome === 'not-done') {
      await pause(settleMs);
      found = await look();
    }
    const facts =
      found.facts === undefined
        ? {}
        : { facts: { ...found.facts, knownFolders: [...found.facts.knownFolders] } };
    return { facts: { outcome: found.outcome, text: found.text, ...facts }, note: found.text };
  });

interface Look {
  readonly outcome: 'done' | 'not-done' | 'running' | 'unknown';
  readonly text: string;
  readonly facts?: LaunchFact;
}

async function lookAt(shell: RootShell, run: RunRef, planned: string, isLaunch: boolean): Promise<Look> {
  const { ca } = await readManagerCa(shell);
  const attempt = await ownAttempt(shell, run);
  if (attempt === undefined) {
    if (planned !== '' && ca.fingerprint256 !== planned) {
      return {
        outcome: 'unknown',
        text: `The CA is ${ca.fingerprint256}, not the planned one, and this run left no attempt on the FMC: somebody else generated.`,
      };
    }
    return {
      outcome: 'not-done',
      text: 'This run has not started generate_certs.pl: no attempt of it lies on the FMC and the CA is the planned one.',
    };
  }
  const state = await attemptState(shell, attempt);
  // Whether it still runs, has ended or was cut off: following it tells. It is never started again from here.
  if (state.started || ca.fingerprint256 !== planned) {
    const text = state.alive
      ? 'generate_certs.pl runs.'
      : state.exit === undefined
        ? 'generate_certs.pl was started and is not running any more.'
        : `generate_certs.pl has ended (status ${String(state.exit)}).`;
    return { outcome: isLaunch ? 'done' : 'running', text, facts: attempt };
  }
  return isLaunch
    ? { outcome: 'not-done', text: 'The attempt was prepared and never started; the CA is the planned one.' }
    : { outcome: 'unknown', text: 'The attempt was prepared and never started.' };
}
