import { isIP, isIPv6 } from 'node:net';

/** What is wrong with the address of a box, or undefined. IPv4, IPv6 (without brackets, with or without zone) or a host name. */
export function addressFault(address: string): { message: string; hint?: string } | undefined {
  if (isIP(address) !== 0) return undefined;
  if (/^\[.*\](:\d+)?$/.test(address) || /^[^:]+:\d+$/.test(address)) {
    return {
      message: 'the address must stand alone, without brackets and port',
      hint: 'another port than 22 is taken from `[address]:port` in known_hosts, or from `port:` in a YAML inventory',
    };
  }
  if (/^[\d.]+$/.test(address)) return { message: 'not an IPv4 address' };
  if (address.includes(':')) return { message: 'not an IPv6 address' };
  const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;
  const labels = address.replace(/\.$/, '').split('.');
  if (address.length <= 253 && labels.every((part) => label.test(part))) return undefined;
  return { message: 'neither an IP address nor a host name' };
}

/** One spelling for one address: small letters, IPv6 in its short form. */
export function normalAddress(address: string): string {
  const small = address.toLowerCase();
  if (!isIPv6(small) || small.includes('%')) return small;
  return new URL(`http://[${small}]/`).hostname.slice(1, -1);
}

/** `host:port` for people; IPv6 in brackets. */
export function hostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
