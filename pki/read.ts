import { X509Certificate, createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { RunbookError } from '../errors/index.ts';
import { oneLine, partOf, readDer, type DerFacts } from './der.ts';

/** What a certificate says. Plain data; `pem` is the certificate itself, alone and with LF ends. */
export interface CertificateFacts {
  /** `/title=InternalCA/OU=…/CN=…/O=…`. */
  readonly subject: string;
  readonly issuer: string;
  /** Of an InternalCA: the UUID of the FMC that made it. */
  readonly commonName?: string;
  readonly title?: string;
  /** Hex, upper case. */
  readonly serial: string;
  /** SHA-256, `AA:BB:…`. */
  readonly fingerprint256: string;
  /** ISO, UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly isCa: boolean;
  /** SHA-256 of the public key (SPKI, DER), hex, lower case. */
  readonly publicKeySha256: string;
  /** `rsa-2048`, `ec-prime256v1`, `ed25519`, …; `unknown` is never accepted by a check. */
  readonly keyType: string;
  /** `sha256WithRSAEncryption`, …, or the bare number of the algorithm. */
  readonly signatureAlgorithm: string;
  readonly pem: string;
}

/** The objects behind the facts; for use inside this folder. */
export interface ParsedCertificate {
  readonly x509: X509Certificate;
  readonly der: DerFacts;
}

/**
 * Reads the one certificate in a PEM text; text around it (as openssl prints it) is skipped.
 * Throws PKI_UNREADABLE when there is none, more than one, or one that is damaged.
 */
export function readCertificate(pem: string): CertificateFacts {
  const parsed = parseCertificate(pem);
  const known = facts.get(parsed) ?? factsOf(parsed);
  facts.set(parsed, known);
  return known;
}

const facts = new WeakMap<ParsedCertificate, CertificateFacts>();

function factsOf({ x509, der }: ParsedCertificate): CertificateFacts {
  const commonName = partOf(der.subject, 'CN');
  const title = partOf(der.subject, 'title');
  const key = publicKeyOf(x509);
  return {
    subject: oneLine(der.subject),
    issuer: oneLine(der.issuer),
    ...(commonName === undefined ? {} : { commonName }),
    ...(title === undefined ? {} : { title }),
    serial: x509.serialNumber.toUpperCase(),
    fingerprint256: x509.fingerprint256,
    notBefore: instant(x509.validFrom),
    notAfter: instant(x509.validTo),
    isCa: x509.ca,
    publicKeySha256: key === undefined ? '' : spkiSha256(key),
    keyType: key === undefined ? 'unknown' : keyTypeOf(key),
    signatureAlgorithm: signatureNames[der.signatureOid] ?? der.signatureOid,
    pem: `${x509.toString().replaceAll('\r', '').trimEnd()}\n`,
  };
}

/** The CA is looked at with every device, and the certificate of a device with every step: a text says the same each time. */
const parsed = new Map<string, ParsedCertificate>();
const kept = 1_000;

/** Throws PKI_UNREADABLE. */
export function parseCertificate(pem: string): ParsedCertificate {
  const known = parsed.get(pem) ?? parse(pem);
  // Last used, last forgotten.
  parsed.delete(pem);
  parsed.set(pem, known);
  for (const oldest of parsed.keys()) {
    if (parsed.size <= kept) break;
    parsed.delete(oldest);
  }
  return known;
}

function parse(pem: string): ParsedCertificate {
  const blocks =
    pem.match(
      /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g,
    ) ?? [];
  const [only] = blocks;
  if (only === undefined || blocks.length > 1) {
    throw new RunbookError(
      'PKI_UNREADABLE',
      only === undefined
        ? 'There is no certificate in this text.'
        : `There are ${blocks.length} certificates where one is expected.`,
    );
  }
  try {
    const x509 = new X509Certificate(only);
    return { x509, der: readDer(x509.raw) };
  } catch (cause) {
    throw new RunbookError('PKI_UNREADABLE', 'A certificate is damaged.', {}, { cause });
  }
}

/**
 * SHA-256 (hex) of the public half of a private key, the same digest as `publicKeySha256` of a certificate.
 * Throws PKI_UNREADABLE; the message never shows the key.
 */
export function publicKeySha256OfKey(privateKeyPem: string): string {
  try {
    return spkiSha256(createPublicKey(createPrivateKey(privateKeyPem)));
  } catch {
    // The cause is left out on purpose: it may quote the input.
    throw new RunbookError('PKI_UNREADABLE', 'A private key cannot be read.');
  }
}

function publicKeyOf(x509: X509Certificate): KeyObject | undefined {
  try {
    return x509.publicKey;
  } catch {
    return undefined;
  }
}

function spkiSha256(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

function keyTypeOf(key: KeyObject): string {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'rsa') return `rsa-${details?.modulusLength ?? 0}`;
  if (key.asymmetricKeyType === 'ec') return `ec-${details?.namedCurve ?? 'unknown'}`;
  if (key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyType === 'ed448') return key.asymmetricKeyType;
  return 'unknown';
}

/** `Oct  5 10:12:50 2034 GMT` → ISO. */
function instant(text: string): string {
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new RunbookError('PKI_UNREADABLE', `A certificate has an unreadable date: ${text}`);
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

const signatureNames: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.4': 'md5WithRSAEncryption',
  '1.2.840.113549.1.1.5': 'sha1WithRSAEncryption',
  '1.2.840.113549.1.1.10': 'rsassaPss',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.113549.1.1.12': 'sha384WithRSAEncryption',
  '1.2.840.113549.1.1.13': 'sha512WithRSAEncryption',
  '1.2.840.10045.4.1': 'ecdsa-with-SHA1',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.2.840.10045.4.3.4': 'ecdsa-with-SHA512',
  '1.3.101.112': 'ed25519',
  '1.3.101.113': 'ed448',
};
