import { RunbookError } from '../../errors/index.ts';
import { readCertificate } from '../../pki/index.ts';
import { beating, objectParam, onBox, textParam, type Action } from '../action.ts';
import { deliverSet, proveSet, withLfEnds, type NewSet } from './delivery.ts';
import type { LookFact, MissedFact, ResultFact } from './facts.ts';
import { fetchIssued } from './fetch-issued.ts';
import { proveDigest } from './issued-set.ts';
import { profilePath } from '../box/profile-path.ts';

/**
 * Rung 2 of the ladder: the worker fetches the device's set from the FMC into its memory and brings it to the device. Changes
 * three files on the device and nothing else; may be repeated.
 */
export const deliverCerts: Action = async (input, deps) =>
  await beating(async (progress) => {
    const result = objectParam<ResultFact>(input, 'result');
    const missed = objectParam<Partial<MissedFact>>(input, 'missed');
    const look = objectParam<LookFact>(input, 'look');
    const managerUuid = textParam(input, 'managerUuid');
    const target = input.target;
    if (target?.uuid === undefined)
      throw new RunbookError('ENGINE_INTERNAL', 'deliverCerts needs a device with a UUID.');
    const deviceUuid = target.uuid;

    progress('fetch the set from the FMC');
    const issued = await fetchIssued(
      deps,
      input,
      { sources: missed.sources ?? [], workFolder: result.workFolder, deviceUuid },
      { withKey: true },
    );
    if (issued.set === undefined) {
      throw new RunbookError(
        'DELIVERY_NOT_ISSUED',
        `On ${input.manager?.name ?? 'the FMC'} there is no set that the present CA issued to ${target.name}.`,
        {
          device: target.name,
          state: 'The device holds its old set.',
        },
      );
    }
    const { certificate, content, key } = issued.set;
    if (key === undefined) {
      throw new RunbookError(
        'DELIVERY_NOT_ISSUED',
        `The set of ${target.name} on the FMC is not complete, or has just been changed.`,
        { device: target.name },
      );
    }
    const set: NewSet = {
      ca: withLfEnds(Buffer.from(issued.caPem)),
      certificate: withLfEnds(content),
      key: withLfEnds(key),
      facts: certificate,
    };
    key.fill(0);

    proveDigest(readCertificate(set.ca.toString('utf8')), set.facts, target.name);
    proveSet(set, Math.max(deps.now(), Date.parse(set.facts.notBefore)));
    let exchanged = false;
    try {
      ({ exchanged } = await onBox(deps, input, target, async (shell) => {
        const folder = `${profilePath(shell, 'peersRoot')}/${managerUuid}`;
        proveDestination(missed.destinations ?? [], managerUuid);
        return await deliverSet(shell, folder, set, input.run, progress);
      }));
    } finally {
      set.key.fill(0);
    }
    return {
      facts: {
        state: 'new',
        // What lay there already came by the tunnel, or by somebody's hand.
        rung: exchanged ? 'ssh' : 'tunnel',
        fileWay: look.fileWay,
        fingerprint: set.facts.fingerprint256,
      },
      note: `New set in place and checked on ${target.name}: ${set.facts.fingerprint256}`,
    };
  });

/** FAILED_PUSH names the folder; it must be the folder of this FMC's UUID, anything else is not touched. */
function proveDestination(destinations: readonly string[], managerUuid: string): void {
  const foreign = destinations.find((path) => !path.split('/').includes(managerUuid));
  if (foreign === undefined) return;
  throw new RunbookError(
    'DELIVERY_WRONG_FOLDER',
    `FAILED_PUSH names ${foreign}, which is not the folder of this FMC (${managerUuid}).`,
    {
      state: 'Nothing was written to the device.',
    },
  );
}
