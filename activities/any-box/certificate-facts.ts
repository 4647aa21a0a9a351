import type { JsonObject } from '../../language/index.ts';
import { daysLeft, type PresentedCertificate } from '../../pki/index.ts';

/** What conditions and columns may say of a certificate and its chain, its own first. */
export function certificateFacts(chain: readonly PresentedCertificate[], now: number): JsonObject {
  const [own] = chain;
  if (own === undefined) return {};
  return {
    subject: own.subject,
    issuer: own.issuer,
    serial: own.serial,
    fingerprint: own.fingerprint256,
    notBefore: own.notBefore,
    notAfter: own.notAfter,
    daysLeft: daysLeft(own.notAfter, new Date(now)),
    names: [...own.names],
    chain: chain.map(({ subject, fingerprint256 }) => ({ subject, fingerprint: fingerprint256 })),
  };
}
