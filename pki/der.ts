import forge from 'node-forge';

/** What the library of the platform does not say about a certificate, read from its DER. */
export interface DerFacts {
  readonly subject: readonly NamePart[];
  readonly issuer: readonly NamePart[];
  /** DER of both names: equal bytes mean the same name. */
  readonly subjectDer: string;
  readonly issuerDer: string;
  readonly signatureOid: string;
}

export interface NamePart {
  readonly oid: string;
  readonly value: string;
}

type Asn1 = forge.asn1.Asn1;

/** Reads the outer structure of a certificate. Throws a plain Error when it is not one. */
export function readDer(der: Buffer): DerFacts {
  const certificate = forge.asn1.fromDer(der.toString('latin1'));
  const [body, algorithm] = children(certificate);
  if (body === undefined || algorithm === undefined) throw new Error('not a certificate');
  const fields = children(body);
  // The version is the only field before the serial number, and is tagged [0].
  const first = fields[0]?.tagClass === forge.asn1.Class.CONTEXT_SPECIFIC ? 1 : 0;
  const issuer = fields[first + 2];
  const subject = fields[first + 4];
  if (issuer === undefined || subject === undefined) throw new Error('not a certificate');
  return {
    subject: nameParts(subject),
    issuer: nameParts(issuer),
    subjectDer: forge.asn1.toDer(subject).toHex(),
    issuerDer: forge.asn1.toDer(issuer).toHex(),
    signatureOid: oidOf(children(algorithm)[0]),
  };
}

/** `/title=InternalCA/OU=…/CN=…/O=…`: the form that `openssl x509 -nameopt compat` and the logs of the boxes use. */
export function oneLine(name: readonly NamePart[]): string {
  return name
    .map(({ oid, value }) => `/${shortNames[oid] ?? oid}=${value.replace(/[\x00-\x1f\x7f]/g, '?')}`)
    .join('');
}

export function partOf(name: readonly NamePart[], short: string): string | undefined {
  return name.find(({ oid }) => shortNames[oid] === short)?.value;
}

const shortNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '2.5.4.46': 'dnQualifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
};

function nameParts(name: Asn1): NamePart[] {
  return children(name).flatMap((set) =>
    children(set).map((pair) => {
      const [oid, value] = children(pair);
      return { oid: oidOf(oid), value: value === undefined ? '' : textOf(value) };
    }),
  );
}

function textOf(node: Asn1): string {
  const bytes = Buffer.from(typeof node.value === 'string' ? node.value : '', 'latin1');
  if (node.type === forge.asn1.Type.BMPSTRING)
    return bytes.length % 2 === 0 ? Buffer.from(bytes).swap16().toString('utf16le') : '';
  return bytes.toString(node.type === forge.asn1.Type.UTF8 ? 'utf8' : 'latin1');
}

function oidOf(node: Asn1 | undefined): string {
  return node === undefined || typeof node.value !== 'string' ? '' : forge.asn1.derToOid(node.value);
}

function children(node: Asn1 | undefined): Asn1[] {
  return node === undefined || typeof node.value === 'string' ? [] : node.value;
}
