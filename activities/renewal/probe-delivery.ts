import { RunbookError, asRunbookError } from '../../errors/index.ts';
import { beating, isAcrossSites, objectParam, onBox, textParam, type Action } from '../action.ts';
import type { JsonObject } from '../../language/index.ts';
import type { ActionInput } from '../../workflows/contract.ts';
import { judgeHeld, lookAtSet } from '../box/certificate-set.ts';
import { beganAfter, changesCommand, readNewestChange } from '../box/change-times.ts';
import { clockCommand, readClock } from '../box/posix.ts';
import { areLeftovers, leftoverCommands } from './delivery.ts';
import type { CheckFact, LookFact, MissedFact, ResultFact } from './facts.ts';
import { fetchIssued } from './fetch-issued.ts';
import { proveDigest } from './issued-set.ts';
import { profilePath } from '../box/profile-path.ts';
import { peerCommand, readPeer, statusTimeoutMs } from './peer-on-device.ts';

/**
 * Tells from the boxes what a device holds now: its new set, its old one, a mixture, or something damaged; and whether its tunnel
 * has come up on the new set already. A device that the engine has no way to is named so: the ladder goes on without it.
 */
export const probeDelivery: Action = async (input, deps) =>
  await beating(async (progress) => {
    const result = objectParam<ResultFact>(input, 'result');
    const missed = objectParam<Partial<MissedFact>>(input, 'missed');
    const look = objectParam<LookFact>(input, 'look');
    const managerUuid = textParam(input, 'managerUuid');
    const deviceUuid = input.target?.uuid ?? '';
    const isMissed = missed.sources !== undefined;

    progress('what was issued');
    const { ca, issued, why } = await fetchIssued(
      deps,
      input,
      { sources: missed.sources ?? [], workFolder: result.workFolder, deviceUuid },
      { withKey: false },
    ).then(
      (found) => ({ ca: found.ca, issued: found.set?.certificate, why: '' }),
      (thrown: unknown) => {
        // The worker of the device's site does not reach the manager, as the plan has said.
        if (isAcrossSites(input) && hasNoWay(thrown, look))
          return { ca: undefined, issued: undefined, why: asRunbookError(thrown).message };
        throw thrown;
      },
    );
    if (ca !== undefined && issued !== undefined) proveDigest(ca, issued, input.target?.name ?? '');
    const unlooked = (state: 'reported' | 'unseen', text: string): CheckFact => ({
      outcome: 'unknown',
      text,
      state,
      tunnel: look.tunnel,
      rung: state === 'reported' ? 'tunnel' : look.fallback,
      fresh: false,
      leftovers: false,
      issuedFingerprint: issued?.fingerprint256 ?? null,
      heldFingerprint: null,
    });

    if (!look.sshOk && !isMissed && look.up) {
      // It could not be reached before either and the FMC says that the push was good: named as what it is, not as more.
      const facts = unlooked(
        'reported',
        'The FMC reported the push as good; the device itself could not be looked at.',
      );
      return { facts: { ...facts }, note: facts.text };
    }

    progress('what the device holds');
    let facts: CheckFact;
    if (ca === undefined) {
      facts = unlooked('unseen', why);
      return { facts: { ...facts }, note: facts.text };
    }
    try {
      facts = await onBox(deps, input, input.target, async (shell): Promise<CheckFact> => {
        const folder = `${profilePath(shell, 'peersRoot')}/${managerUuid}`;
        const { held, answers } = await lookAtSet(
          shell,
          folder,
          {
            peer: peerCommand(shell, managerUuid),
            clock: clockCommand,
            changes: changesCommand(shell),
            ...leftoverCommands,
          },
          { timeoutMs: statusTimeoutMs(shell) },
        );
        const tunnel = readPeer(answers.peer.output);
        const clock = readClock(answers.clock.output);
        const judged = judgeHeld(held, {
          presentCa: ca.fingerprint256,
          issued: issued?.fingerprint256,
          now: new Date(clock),
        });
        if (judged.state === 'weak') throw weakHere(judged.text, input.target?.name ?? '');
        const isNew = judged.state === 'new';
        const fresh =
          isNew && tunnel.up && beganAfter(tunnel.startTime, readNewestChange(answers.changes.output), clock);
        return {
          outcome: isNew ? 'done' : judged.state === 'old' ? 'not-done' : 'partly',
          text: fresh ? `${judged.text} Its tunnel came up after that.` : judged.text,
          state: judged.state,
          tunnel: tunnel.up ? 'up' : 'down',
          rung: isNew ? 'tunnel' : 'ssh',
          fresh,
          leftovers: areLeftovers(answers, input.run),
          issuedFingerprint: (issued ?? (isNew ? held.certificate : undefined))?.fingerprint256 ?? null,
          heldFingerprint: held.certificate?.fingerprint256 ?? null,
        };
      });
    } catch (thrown) {
      if (!hasNoWay(thrown, look)) throw thrown;
      facts = unlooked('unseen', asRunbookError(thrown).message);
    }
    if (facts.state !== 'new' && issued === undefined) throw notIssued(input.target?.name ?? '', facts.text);
    return { facts: { ...facts, ...delivered(input, facts, look) }, note: facts.text };
  });

/** As the probe of a delivery whose end nobody has seen: what the delivery itself would have said. */
function delivered(input: ActionInput, facts: CheckFact, look: LookFact): { readonly facts?: JsonObject } {
  if (input.params['of'] !== 'deliverCerts' || facts.state !== 'new') return {};
  const { state, heldFingerprint } = facts;
  return { facts: { state, rung: 'ssh', fileWay: look.fileWay, fingerprint: heldFingerprint } };
}

/**
 * The engine had no way to the device when it was looked at, and has none now. Anything else that keeps it from logging in can be
 * mended by a person at once, and is asked for.
 */
export function hasNoWay(thrown: unknown, look: Pick<LookFact, 'sshOk'>): boolean {
  if (!(thrown instanceof RunbookError)) return false;
  return !look.sshOk && (thrown.code === 'DEVICE_UNREACHABLE' || thrown.code === 'INPUT_MISSING');
}

function weakHere(text: string, name: string): RunbookError {
  return new RunbookError('PKI_WEAK_DIGEST', `${name}: ${text}`, {
    device: name,
    state: 'The device holds what was issued to it. Nothing was written, sftunnel was not restarted.',
  });
}

function notIssued(name: string, held: string): RunbookError {
  return new RunbookError(
    'DELIVERY_NOT_ISSUED',
    `On the FMC there is no set that the present CA issued to ${name}.`,
    { device: name, state: `On the device: ${held}` },
  );
}
