import { RunbookError } from '../../errors/index.ts';
import type { RootShell } from '../../devices/index.ts';
import { profilePath } from '../box/profile-path.ts';
import { daysLeft, readCertificate, type CertificateFacts } from '../../pki/index.ts';
import type { CaSummary } from './facts.ts';

/** The InternalCA that the FMC has now, with its PEM text. Throws PKI_UNREADABLE, naming the file. */
export async function readManagerCa(shell: RootShell): Promise<{ ca: CertificateFacts; pem: string }> {
  const path = profilePath(shell, 'caCertificate');
  const content = await shell.readFile(path);
  if (content === undefined)
    throw new RunbookError('PKI_UNREADABLE', `${path} is missing.`, {
      state: 'The FMC has no InternalCA where one must be.',
    });
  const pem = content.toString('utf8');
  try {
    return { ca: readCertificate(pem), pem };
  } catch (cause) {
    throw new RunbookError(
      'PKI_UNREADABLE',
      `${path} is not a certificate (${String(content.length)} bytes).`,
      {},
      { cause },
    );
  }
}

export function summariseCa(ca: CertificateFacts, now: number): CaSummary {
  return {
    subject: ca.subject,
    serial: ca.serial,
    fingerprint: ca.fingerprint256,
    notBefore: ca.notBefore,
    notAfter: ca.notAfter,
    daysLeft: daysLeft(ca.notAfter, new Date(now)),
  };
}
