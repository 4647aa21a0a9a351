import type { CertificateFacts } from '../../pki/index.ts';
import type { HeldSet } from '../box/certificate-set.ts';

/** What a device would go back to, and what speaks for it or against it. */
export interface RollbackCase {
  readonly present: HeldSet;
  /** The files that a delivery kept beside: `*.backup`. */
  readonly backup: HeldSet;
  /** What the FMC presents now. */
  readonly ca: CertificateFacts;
  /** The device's own clock, milliseconds. */
  readonly clock: number;
}

export interface RollbackJudgement {
  readonly helps: boolean;
  readonly why: string;
}

/**
 * A device goes back only where the certificates in hand show that it helps: the FMC still presents the CA of the backup, the backup
 * is whole and valid, and the present set is not. Anything else would cut the device for good, or win nothing. Pure.
 */
export function judgeRollback({ present, backup, ca, clock }: RollbackCase): RollbackJudgement {
  const no = (why: string): RollbackJudgement => ({ helps: false, why });
  if (!backup.fits) return no(`The backup set on the device is not whole: ${backup.problems.join('; ')}.`);
  if (backup.ca?.fingerprint256 !== ca.fingerprint256)
    return no(
      `The FMC presents the CA ${ca.fingerprint256} since ${ca.notBefore}; the backup set is of the CA ${backup.ca?.fingerprint256 ?? '?'}: putting it back would cut the device for good.`,
    );
  const untimely = whyUntimely(backup, clock);
  if (untimely !== undefined) return no(`The backup set would be refused: ${untimely}.`);
  const fault = whatIsWrong(present, ca, clock);
  if (fault === undefined)
    return no('The present set fits, is valid and is of the CA that the FMC presents: nothing can be won.');
  return {
    helps: true,
    why: `The present set does not verify (${fault}); the backup set is whole, valid and of the CA that the FMC presents.`,
  };
}

function whatIsWrong(set: HeldSet, ca: CertificateFacts, clock: number): string | undefined {
  if (!set.fits) return set.problems.join('; ');
  if (set.ca?.fingerprint256 !== ca.fingerprint256)
    return `it is of the CA ${set.ca?.fingerprint256 ?? '?'}, and the FMC presents ${ca.fingerprint256}`;
  return whyUntimely(set, clock);
}

function whyUntimely(set: HeldSet, clock: number): string | undefined {
  for (const [what, certificate] of [
    ['CA', set.ca],
    ['certificate', set.certificate],
  ] as const) {
    if (certificate === undefined) continue;
    const { notBefore, notAfter } = certificate;
    if (clock < Date.parse(notBefore) || clock > Date.parse(notAfter))
      return `its ${what} is valid from ${notBefore} to ${notAfter}, and the clock of the device says ${new Date(clock).toISOString()}`;
  }
  return undefined;
}
