import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { content, textOf, type Call } from './call.ts';

const digests = new WeakMap<Buffer, string>();
export function sha256(bytes: Buffer): string {
  const known = digests.get(bytes) ?? createHash('sha256').update(bytes).digest('hex');
  digests.set(bytes, known);
  return known;
}

function publicKeyOf(pem: string): string | undefined {
  try {
    return createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'pem' }).toString();
  } catch {
    return undefined;
  }
}

/** What of openssl is asked for on a box. */
export function openssl(call: Call): number {
  const [verb = '', ...args] = call.args;
  const option = (name: string): string | undefined => {
    const at = args.indexOf(`-${name}`);
    return at < 0 ? undefined : args[at + 1];
  };
  if (verb === 'pkey' || verb === 'rsa') {
    const text = publicKeyOf(textOf(call, option('in')));
    if (text === undefined) return 1;
    call.out(text);
    return 0;
  }
  if (verb === 'verify') {
    const path = args.at(-1) ?? '';
    const [ca, own] = [option('CAfile') ?? '', path].map((name) => new X509Certificate(content(call, name)));
    const fits = ca !== undefined && own !== undefined && own.verify(ca.publicKey);
    call.out(fits ? `${path}: OK\n` : `error 20 at 0 depth lookup:unable to get local issuer certificate\n`);
    return fits ? 0 : 2;
  }
  if (verb === 'x509') {
    const cert = new X509Certificate(content(call, option('in') ?? ''));
    const date = (text: string): string => text.replace(/\s+/g, ' ');
    if (args.includes('-subject')) call.out(`subject=${cert.subject.split('\n').join(', ')}\n`);
    if (args.includes('-issuer')) call.out(`issuer=${cert.issuer.split('\n').join(', ')}\n`);
    if (args.includes('-serial')) call.out(`serial=${cert.serialNumber}\n`);
    if (args.includes('-fingerprint')) call.out(`sha256 Fingerprint=${cert.fingerprint256}\n`);
    if (args.includes('-dates') || args.includes('-startdate'))
      call.out(`notBefore=${date(cert.validFrom)}\n`);
    if (args.includes('-dates') || args.includes('-enddate')) call.out(`notAfter=${date(cert.validTo)}\n`);
    return 0;
  }
  if (verb === 'dgst') {
    const path = args.at(-1) ?? '';
    call.out(`SHA256(${path})= ${sha256(content(call, path))}\n`);
    return 0;
  }
  call.err(`openssl: no such command: ${verb}\n`);
  return 1;
}
