import { beating, objectParam, onBox, textParam, type Action } from '../action.ts';
import { readHeldSet } from '../box/certificate-set.ts';
import type { CertificateFacts } from '../../pki/index.ts';
import { RunbookError } from '../../errors/index.ts';
import type { CheckFact, LookFact, MissedFact, ResultFact } from './facts.ts';
import { findIssuedSet } from './issued-set.ts';
import { profilePath, readManagerCa } from './manager-ca.ts';
import { peerOnDevice } from './peer-on-device.ts';

/** Tells from the boxes what a device holds now: its new set, its old one, a mixture, or something damaged. */
export const probeDelivery: Action = async (input, deps) =>
  await beating(async (progress) => {
    const result = objectParam<ResultFact>(input, 'result');
    const missed = objectParam<Partial<MissedFact>>(input, 'missed');
    const look = objectParam<LookFact>(input, 'look');
    const managerUuid = textParam(input, 'managerUuid');
    const deviceUuid = input.target?.uuid ?? '';
    const isMissed = missed.sources !== undefined;

    progress('what was issued');
    const { ca, issued } = await onBox(deps, input, input.manager, async (shell) => {
      const { ca: present } = await readManagerCa(shell);
      const found = await findIssuedSet(shell, {
        sources: missed.sources ?? [],
        workFolder: result.workFolder,
        deviceUuid,
        ca: present,
      });
      return { ca: present, issued: found?.certificate };
    });

    if (!look.sshOk && !isMissed && look.up) {
      // It could not be reached before either and the FMC says that the push was good: named as what it is, not as more.
      const facts: CheckFact = {
        outcome: 'unknown',
        text: 'The FMC reported the push as good; the device itself could not be looked at.',
        state: 'reported',
        tunnel: 'up',
        rung: 'tunnel',
        issuedFingerprint: issued?.fingerprint256 ?? null,
        heldFingerprint: null,
      };
      return { facts: { ...facts }, note: facts.text };
    }

    progress('what the device holds');
    const facts = await onBox(deps, input, input.target, async (shell): Promise<CheckFact> => {
      const folder = `${profilePath(shell, 'peersRoot')}/${managerUuid}`;
      const held = await readHeldSet(shell, folder);
      const tunnel = await peerOnDevice(shell, managerUuid);
      const state = judge(held, ca, issued);
      return {
        outcome: state.state === 'new' ? 'done' : state.state === 'old' ? 'not-done' : 'partly',
        text: state.text,
        state: state.state,
        tunnel: tunnel.up ? 'up' : 'down',
        rung: state.state === 'new' ? 'tunnel' : 'ssh',
        issuedFingerprint:
          issued?.fingerprint256 ??
          (state.state === 'new' ? (held.certificate?.fingerprint256 ?? null) : null),
        heldFingerprint: held.certificate?.fingerprint256 ?? null,
      };
    });
    if (facts.state !== 'new' && issued === undefined) {
      throw new RunbookError(
        'DELIVERY_NOT_ISSUED',
        `On the FMC there is no set that the present CA issued to ${input.target?.name ?? ''}.`,
        {
          device: input.target?.name ?? '',
          state: `On the device: ${facts.text}`,
        },
      );
    }
    return { facts: { ...facts }, note: facts.text };
  });

type Held = Awaited<ReturnType<typeof readHeldSet>>;

/** Pure judgement over what lies on the device, the CA that the FMC presents now, and what it issued to this device. */
export function judge(
  held: Held,
  ca: CertificateFacts,
  issued: CertificateFacts | undefined,
): { state: 'new' | 'old' | 'mixed' | 'damaged'; text: string } {
  const isNewCa = held.ca?.fingerprint256 === ca.fingerprint256;
  if (held.fits && isNewCa) {
    if (issued === undefined || issued.fingerprint256 === held.certificate?.fingerprint256) {
      return { state: 'new', text: 'The device holds its new set; it fits together.' };
    }
    return {
      state: 'mixed',
      text: 'The device holds a set of the new CA, but not the one that was issued to it.',
    };
  }
  if (held.fits)
    return { state: 'old', text: 'The device holds a whole set of another CA than the FMC presents now.' };
  const problems = held.problems.join('; ');
  const isUnreadable =
    held.ca === undefined || held.certificate === undefined || held.keyPublicSha256 === undefined;
  return isUnreadable
    ? { state: 'damaged', text: `The set on the device is damaged: ${problems}.` }
    : { state: 'mixed', text: `The device holds a mixture: ${problems}.` };
}
