import type { CertificateFacts } from './read.ts';
import { partProblems, type SetProblem } from './match.ts';

/**
 * What the three files of a peer are, held against the CA that its manager presents now:
 * - `new`: whole, of the present CA, the one that was issued to this peer, and valid by the peer's own clock;
 * - `old`: whole, of another CA;
 * - `mixed`: readable, and the parts do not belong together, or belong to another peer;
 * - `damaged`: at least one of the three is missing or no certificate or key;
 * - `weak`: as `new`, and signed with a digest that boxes refuse (err 68);
 * - `not-yet-valid`, `expired`: as `new`, and the peer's own clock lies outside of its validity (err 9, err 10).
 */
export type SetState = 'new' | 'old' | 'mixed' | 'damaged' | 'weak' | 'not-yet-valid' | 'expired';

/** What could be read of a set; a part that is missing or damaged is undefined. */
export interface SetParts {
  readonly ca: CertificateFacts | undefined;
  readonly certificate: CertificateFacts | undefined;
  /** SHA-256 of the public half of the private key, hex. */
  readonly keyPublicSha256: string | undefined;
}

export interface SetMeasure {
  /** SHA-256 fingerprint of the CA that the manager presents now. */
  readonly presentCa: string;
  /** Fingerprint of the certificate that was issued to this peer, where that is known: being that one is the proof that it is its own. */
  readonly issued?: string | undefined;
  /** The peer's own clock. */
  readonly now: Date;
}

export interface SetJudgement {
  readonly state: SetState;
  /** One sentence for people. */
  readonly text: string;
  readonly problems: readonly SetProblem[];
}

/** Does anything but the time speak against using it? */
const timely = new Set(['expired', 'not-yet-valid']);

/** The one judgement over a set, wherever it lies. Pure. */
export function judgeSet(parts: SetParts, measure: SetMeasure): SetJudgement {
  const problems = partProblems(parts, measure.now);
  const texts = (wanted: (problem: SetProblem) => boolean): string =>
    problems
      .filter(wanted)
      .map(({ text }) => text)
      .join('; ');
  const answer = (state: SetState, text: string): SetJudgement => ({ state, text, problems });

  if (
    parts.ca === undefined ||
    parts.certificate === undefined ||
    parts.keyPublicSha256 === undefined ||
    problems.some(({ code }) => code === 'unknown-key-type')
  ) {
    return answer('damaged', 'The set is damaged: a part is missing or cannot be read.');
  }
  const loose = (problem: SetProblem): boolean => !timely.has(problem.code) && problem.code !== 'weak-digest';
  if (problems.some(loose)) return answer('mixed', `The set is a mixture: ${texts(loose)}.`);
  if (parts.ca.fingerprint256 !== measure.presentCa)
    return answer('old', 'The set is whole and of another CA than the FMC presents now.');
  if (measure.issued !== undefined && measure.issued !== parts.certificate.fingerprint256)
    return answer(
      'mixed',
      'The set is of the CA that the FMC presents, but not the one that was issued to this device.',
    );
  const of = (code: string): SetProblem | undefined => problems.find((problem) => problem.code === code);
  if (of('weak-digest') !== undefined)
    return answer(
      'weak',
      `The set would be refused (err 68): ${texts(({ code }) => code === 'weak-digest')}.`,
    );
  for (const code of ['not-yet-valid', 'expired'] as const) {
    if (of(code) === undefined) continue;
    return answer(
      code,
      `The set is the right one, and ${texts((problem) => problem.code === code)}; the device's clock says ${measure.now.toISOString()}.`,
    );
  }
  return answer(
    'new',
    measure.issued === undefined
      ? 'The set is whole and of the CA that the FMC presents now.'
      : 'The set is the one that was issued to this device, whole and valid.',
  );
}
