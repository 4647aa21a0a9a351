import { RunbookError, asRunbookError } from '../../errors/index.ts';
import { beating, isAcrossSites, objectParam, onBox, textParam, type Action } from '../action.ts';
import type { JsonObject } from '../../language/index.ts';
import type { CertificateFacts } from '../../pki/index.ts';
import type { ActionInput } from '../../workflows/contract.ts';
import type { ActivityDeps } from '../deps.ts';
import { judgeHeld, lookAtSet, type HeldSet } from '../box/certificate-set.ts';
import { beganAfter, changesCommand, readNewestChange } from '../box/change-times.ts';
import { clockCommand, readClock } from '../box/posix.ts';
import { areLeftovers, leftoverCommands } from './delivery.ts';
import type { CheckFact, LookFact, MissedFact, ResultFact } from './facts.ts';
import { fetchIssued } from './fetch-issued.ts';
import { proveDigest } from './issued-set.ts';
import { profilePath } from '../box/profile-path.ts';
import { peerCommand, readPeer, statusTimeoutMs, type PeerView } from './peer-on-device.ts';

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

    progress('what was issued, and what the device holds');
    // A device that could be reached is asked meanwhile: all of them wait for the one session of the FMC.
    const ahead =
      look.sshOk && input.standing === undefined ? lookAtDevice(deps, input, managerUuid) : undefined;
    // What it failed with is met below, after what the FMC has to say.
    const heard = ahead?.catch(() => undefined);
    const { ca, issued, why } = await fetchIssued(
      deps,
      input,
      { sources: missed.sources ?? [], workFolder: result.workFolder, deviceUuid },
      { withKey: false },
    )
      .finally(() => heard)
      .then(
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

    let facts: CheckFact;
    if (ca === undefined) {
      facts = unlooked('unseen', why);
      return { facts: { ...facts }, note: facts.text };
    }
    try {
      const seen = await (ahead ?? lookAtDevice(deps, input, managerUuid));
      facts = judge(seen, { ca, issued, name: input.target?.name ?? '' });
    } catch (thrown) {
      if (!hasNoWay(thrown, look)) throw thrown;
      facts = unlooked('unseen', asRunbookError(thrown).message);
    }
    if (facts.state !== 'new' && issued === undefined) throw notIssued(input.target?.name ?? '', facts.text);
    return { facts: { ...facts, ...delivered(input, facts, look) }, note: facts.text };
  });

interface Seen {
  readonly held: HeldSet;
  readonly tunnel: PeerView;
  readonly newestChange: number | undefined;
  /** Of the device, milliseconds. */
  readonly clock: number;
  readonly leftovers: boolean;
}

/** All that the device is asked, with one line. */
async function lookAtDevice(deps: ActivityDeps, input: ActionInput, managerUuid: string): Promise<Seen> {
  return await onBox(deps, input, input.target, async (shell): Promise<Seen> => {
    const { held, answers } = await lookAtSet(
      shell,
      `${profilePath(shell, 'peersRoot')}/${managerUuid}`,
      {
        peer: peerCommand(shell, managerUuid),
        clock: clockCommand,
        changes: changesCommand(shell),
        ...leftoverCommands,
      },
      { timeoutMs: statusTimeoutMs(shell) },
    );
    return {
      held,
      tunnel: readPeer(answers.peer.output),
      newestChange: readNewestChange(answers.changes.output),
      clock: readClock(answers.clock.output),
      leftovers: areLeftovers(answers, input.run),
    };
  });
}

/** Throws PKI_WEAK_DIGEST. */
function judge(
  { held, tunnel, newestChange, clock, leftovers }: Seen,
  { ca, issued, name }: { ca: CertificateFacts; issued: CertificateFacts | undefined; name: string },
): CheckFact {
  const { state, text } = judgeHeld(held, {
    presentCa: ca.fingerprint256,
    issued: issued?.fingerprint256,
    now: new Date(clock),
  });
  if (state === 'weak') throw weakHere(text, name);
  const isNew = state === 'new';
  const fresh = isNew && tunnel.up && beganAfter(tunnel.startTime, newestChange, clock);
  return {
    outcome: isNew ? 'done' : state === 'old' ? 'not-done' : 'partly',
    text: fresh ? `${text} Its tunnel came up after that.` : text,
    state,
    tunnel: tunnel.up ? 'up' : 'down',
    rung: isNew ? 'tunnel' : 'ssh',
    fresh,
    leftovers,
    issuedFingerprint: (issued ?? (isNew ? held.certificate : undefined))?.fingerprint256 ?? null,
    heldFingerprint: held.certificate?.fingerprint256 ?? null,
  };
}

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
