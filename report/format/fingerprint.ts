const colons = /^(?:[0-9a-f]{2}:){19,}[0-9a-f]{2}$/i;
const plain = /^(?:[0-9a-f]{64}|[0-9a-f]{40})$/i;

/** Is this text a SHA-1 or SHA-256 fingerprint, with or without colons? */
export function isFingerprint(text: string): boolean {
  return colons.test(text) || plain.test(text);
}

/** `3A:BC:…`, upper case with colons. */
export function fullFingerprint(text: string): string {
  if (!isFingerprint(text)) return text;
  return (text.replaceAll(':', '').toUpperCase().match(/../g) ?? []).join(':');
}

/** The first 8 bytes, for tables; the whole stands in JSON and in the report. */
export function shortFingerprint(text: string): string {
  return isFingerprint(text) ? fullFingerprint(text).slice(0, 23) : text;
}
