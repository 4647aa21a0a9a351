/** Certificates: pure over PEM text; the time is always an argument. */
export { readCertificate, publicKeySha256OfKey, type CertificateFacts } from './read.ts';
export { isIssuedBy } from './chain.ts';
export { daysLeft } from './expiry.ts';
export {
  checkSet,
  keyFits,
  partProblems,
  type CertificateSet,
  type SetProblem,
  type SetProblemCode,
} from './match.ts';
export { judgeSet, type SetJudgement, type SetParts, type SetState } from './judge.ts';
export { isFor, readChain, readDerCertificate, type PresentedCertificate } from './presented.ts';
