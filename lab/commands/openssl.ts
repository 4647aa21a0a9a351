import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import type { CustomCommand } from 'just-bash';
import { digestOf, verifyPeer } from '../certificates/verify-chain.ts';
import { opensslDate } from '../clock.ts';
import { strerror } from '../filesystem/fs-error.ts';
import type { FsView } from '../filesystem/fs-view.ts';
import { command, failed, type Call, type Output } from './command.ts';

/** The part of openssl that scripts on the boxes use. Prints as OpenSSL 1.1.1 does. */
export function opensslCommand(view: FsView, nowMs: () => number): CustomCommand {
  return command('openssl', view, async (call): Promise<Output> => {
    const [sub = '', ...args] = call.args;
    const read = async (name: string | undefined): Promise<string> =>
      name === undefined
        ? Buffer.from(call.stdin, 'latin1').toString('utf8')
        : view.readFile(call.path(name));
    try {
      switch (sub) {
        case 'version':
          return 'OpenSSL 1.1.1t-fips  7 Feb 2023\n';
        case 'x509':
          return x509(args, await read(after(args, '-in')), nowMs());
        case 'verify':
          return await verify(call, args, read, nowMs());
        case 'rsa':
        case 'pkey':
          return key(sub, args, await read(after(args, '-in')));
        case 'crl':
          return /-----BEGIN X509 CRL-----/.test(await read(after(args, '-in')))
            ? ''
            : failed('unable to load CRL');
        case 'dgst':
        case 'sha256':
          return failed(`openssl: ${sub} is not available`);
        default:
          return failed(`Invalid command '${sub}'; type "help" for a list.`);
      }
    } catch (error) {
      const file = after(args, '-in');
      if (file !== undefined && !view.tree.find(call.path(file))) {
        return failed(`Can't open ${file} for reading, ${strerror(error)}`);
      }
      return failed(
        sub === 'x509'
          ? 'unable to load certificate'
          : sub === 'verify'
            ? `Error loading file`
            : 'unable to load Private Key',
      );
    }
  });
}

function after(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

function x509(args: readonly string[], text: string, nowMs: number): Output {
  const cert = new X509Certificate(firstCertificate(text));
  let out = '';
  let code = 0;
  for (let i = 0; i < args.length; i++) {
    switch (args[i]) {
      case '-in':
      case '-inform':
      case '-outform':
      case '-nameopt':
        i++;
        break;
      case '-startdate':
        out += `notBefore=${opensslDate(Date.parse(cert.validFrom))}\n`;
        break;
      case '-enddate':
        out += `notAfter=${opensslDate(Date.parse(cert.validTo))}\n`;
        break;
      case '-dates':
        out += `notBefore=${opensslDate(Date.parse(cert.validFrom))}\nnotAfter=${opensslDate(Date.parse(cert.validTo))}\n`;
        break;
      case '-subject':
        out += `subject=${nameLine(cert.subject)}\n`;
        break;
      case '-issuer':
        out += `issuer=${nameLine(cert.issuer)}\n`;
        break;
      case '-serial':
        out += `serial=${cert.serialNumber}\n`;
        break;
      case '-fingerprint':
        out += args.includes('-sha256')
          ? `SHA256 Fingerprint=${cert.fingerprint256}\n`
          : `SHA1 Fingerprint=${cert.fingerprint}\n`;
        break;
      case '-pubkey':
        out += cert.publicKey.export({ type: 'spki', format: 'pem' }).toString();
        break;
      case '-modulus':
        out += `Modulus=${modulus(cert.publicKey)}\n`;
        break;
      case '-hash':
      case '-subject_hash':
        out += `${cert.fingerprint.replaceAll(':', '').slice(0, 8).toLowerCase()}\n`;
        break;
      case '-text':
        out += textForm(cert);
        break;
      case '-checkend': {
        const expires = Date.parse(cert.validTo) <= nowMs + Number(args[++i] ?? 0) * 1000;
        out += expires ? 'Certificate will expire\n' : 'Certificate will not expire\n';
        code = expires ? 1 : 0;
        break;
      }
      default:
        break;
    }
  }
  if (!args.includes('-noout')) out += firstCertificate(text);
  return { out, code };
}

function firstCertificate(text: string): string {
  const found = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/.exec(text);
  if (!found) throw new Error('no certificate');
  return `${found[0].replaceAll('\r', '')}\n`;
}

/** `title = InternalCA, OU = …, O = "Sourcefire, Inc."`: OpenSSL's default form quotes a value with a comma. */
function nameLine(name: string): string {
  return name
    .split('\n')
    .map((part) => {
      const cut = part.indexOf('=');
      const value = part.slice(cut + 1).replaceAll('\\', '');
      return `${part.slice(0, cut)} = ${value.includes(',') ? `"${value}"` : value}`;
    })
    .join(', ');
}

function modulus(key: KeyObject): string {
  const { n } = key.export({ format: 'jwk' });
  return Buffer.from(n ?? '', 'base64url')
    .toString('hex')
    .toUpperCase();
}

function textForm(cert: X509Certificate): string {
  return [
    'Certificate:',
    '    Data:',
    '        Version: 3 (0x2)',
    `        Serial Number:\n            ${cert.serialNumber.match(/../g)?.join(':').toLowerCase()}`,
    `        Signature Algorithm: ${digestOf(cert)}WithRSAEncryption`,
    `        Issuer: ${nameLine(cert.issuer)}`,
    '        Validity',
    `            Not Before: ${opensslDate(Date.parse(cert.validFrom))}`,
    `            Not After : ${opensslDate(Date.parse(cert.validTo))}`,
    `        Subject: ${nameLine(cert.subject)}`,
    '        Subject Public Key Info:',
    '            Public Key Algorithm: rsaEncryption',
    '                RSA Public-Key: (2048 bit)',
    '',
  ].join('\n');
}

async function verify(
  call: Call,
  args: readonly string[],
  read: (name: string) => Promise<string>,
  nowMs: number,
): Promise<Output> {
  const caFile = after(args, '-CAfile');
  const files = args.filter(
    (a, i) =>
      !a.startsWith('-') && !['-CAfile', '-untrusted', '-CApath', '-purpose'].includes(args[i - 1] ?? ''),
  );
  if (caFile === undefined) return failed(`error ${call.args.at(-1)}: verification failed`, 2);
  const ca = firstCertificate(await read(caFile));
  let out = '';
  let err = '';
  for (const file of files) {
    const cert = new X509Certificate(firstCertificate(await read(file)));
    const self = cert.fingerprint256 === new X509Certificate(ca).fingerprint256;
    const verdict = verifyPeer(
      cert,
      ca,
      args.includes('-no_check_time') ? (Date.parse(cert.validFrom) + Date.parse(cert.validTo)) / 2 : nowMs,
    );
    const depth = self ? 0 : verdict.depth;
    if (verdict.error === 0) out += `${file}: OK\n`;
    else
      err += `${nameLine((depth === 1 ? new X509Certificate(ca) : cert).subject)}\nerror ${verdict.error} at ${depth} depth lookup: ${verdict.text}\nerror ${file}: verification failed\n`;
  }
  return { out, err, code: err === '' ? 0 : 2 };
}

function key(sub: string, args: readonly string[], text: string): Output {
  const publicIn = args.includes('-pubin');
  const key = publicIn ? createPublicKey(text) : createPrivateKey(text);
  let out = '';
  if (args.includes('-check')) out += sub === 'rsa' ? 'RSA key ok\n' : 'Key is valid\n';
  if (args.includes('-modulus')) out += `Modulus=${modulus(publicIn ? key : createPublicKey(key))}\n`;
  if (args.includes('-pubout'))
    out += (publicIn ? key : createPublicKey(key)).export({ type: 'spki', format: 'pem' }).toString();
  else if (!args.includes('-noout'))
    out += publicIn
      ? key.export({ type: 'spki', format: 'pem' }).toString()
      : key.export({ type: 'pkcs1', format: 'pem' } as never).toString();
  return { out, code: 0 };
}
