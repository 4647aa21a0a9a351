import { RunbookError } from '../../errors/index.ts';
import type { RootShell } from '../../devices/index.ts';
import { judgeSet } from '../../pki/index.ts';
import type { IssuedFiles } from '../../report/index.ts';
import { readHeldSet, setFiles } from '../box/certificate-set.ts';
import { boxClock, digests } from '../box/posix.ts';
import type { MissedFact, ResultFact } from './facts.ts';
import { findIssuedSet, proveDigest } from './issued-set.ts';
import { profilePath } from '../box/profile-path.ts';
import { readManagerCa } from './manager-ca.ts';

export interface IssuedQuestion {
  readonly result: Pick<ResultFact, 'workFolder'>;
  readonly missed: Partial<MissedFact>;
  readonly deviceUuid: string;
  readonly name: string;
}

/**
 * The set that the present CA issued to a device, judged where it lies on the FMC: paths, checksums, dates. The key is not read.
 * Throws DELIVERY_NOT_ISSUED, PKI_WEAK_DIGEST, PKI_MISMATCH.
 */
export async function issuedTo(shell: RootShell, question: IssuedQuestion): Promise<IssuedFiles> {
  const { name } = question;
  const { ca } = await readManagerCa(shell);
  const issued = await findIssuedSet(shell, {
    sources: question.missed.sources ?? [],
    workFolder: question.result.workFolder,
    deviceUuid: question.deviceUuid,
    ca,
  });
  if (issued === undefined) {
    throw new RunbookError(
      'DELIVERY_NOT_ISSUED',
      `On the FMC there is no set that the present CA issued to ${name}.`,
      { device: name, state: 'Nothing was written to the device.' },
    );
  }
  proveDigest(ca, issued.certificate, name);
  const folder = issued.certificatePath.slice(0, issued.certificatePath.lastIndexOf('/'));
  const held = await readHeldSet(shell, folder);
  const judged = judgeSet(
    { ...held, ca },
    { presentCa: ca.fingerprint256, now: new Date(await boxClock(shell)) },
  );
  if (judged.state !== 'new') {
    throw new RunbookError('PKI_MISMATCH', `What lies on the FMC for ${name} does not fit: ${judged.text}`, {
      device: name,
      state: 'Nothing was written to the device.',
    });
  }
  // The CA in the folder, where it is the present one; else the CA's own place.
  const ownCa = held.ca?.fingerprint256 === ca.fingerprint256;
  const paths: Record<string, string> = {
    [setFiles.ca]: ownCa ? `${folder}/${setFiles.ca}` : profilePath(shell, 'caCertificate'),
    [setFiles.certificate]: issued.certificatePath,
    [setFiles.key]: issued.keyPath,
  };
  const sums = await digests(shell, Object.values(paths));
  return {
    files: Object.entries(paths).map(([file, path]) => ({ name: file, path, sha256: sums.get(path) ?? '' })),
    certificateFingerprint: issued.certificate.fingerprint256,
    notBefore: issued.certificate.notBefore,
    notAfter: issued.certificate.notAfter,
  };
}
