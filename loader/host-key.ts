/** A public host key: type and base64 blob, as devices/session.ts wants it. */
export interface ParsedHostKey {
  readonly type: string;
  readonly blob: string;
}

/**
 * A host key as known_hosts and `.pub` files write it: `ssh-ed25519 AAAA… [comment]`. Gives the fault instead when the blob is not
 * base64, or does not hold a key of that type (a line cut off or glued together by hand).
 */
export function parseHostKey(
  type: string | undefined,
  blob: string | undefined,
): ParsedHostKey | { readonly fault: string } {
  if (type === undefined || blob === undefined)
    return { fault: 'a host key is a type and a base64 text: ssh-ed25519 AAAA…' };
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(blob)) return { fault: 'the key is not base64' };
  const bytes = Buffer.from(blob, 'base64');
  const fields = fieldsOf(bytes);
  if (fields === undefined || fields.length < 2) return { fault: 'the key is cut off' };
  if (fields[0]?.toString('latin1') !== type)
    return { fault: `the line says ${type}, the key in it is of another type` };
  // One spelling for one key: without missing padding.
  return { type, blob: bytes.toString('base64') };
}

/** Every plain SSH public key is a row of fields with their length in front (RFC 4253, section 6.6). */
function fieldsOf(bytes: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = at + 4 <= bytes.length ? at + 4 + bytes.readUInt32BE(at) : Infinity;
    if (end > bytes.length) return undefined;
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}
