import assert from 'node:assert/strict';
import { formatIssue } from '../../../errors/index.ts';
import { parseKnownHosts, type KnownHosts } from '../../../loader/index.ts';
import { hashedName, madeKey } from './made-keys.ts';

const [a, b, c] = [madeKey('a'), madeKey('b'), madeKey('c')];

function known(...lines: string[]): KnownHosts {
  const parsed = parseKnownHosts(lines.join('\n'), 'kh');
  assert.deepEqual(parsed.issues.map(formatIssue), []);
  return parsed.knownHosts;
}
const blobs = (hosts: KnownHosts, host: string, port = 22): string[] =>
  hosts.hostKeysFor(host, port).map((key) => (key.revoked === true ? `revoked ${key.blob}` : key.blob));

describe('parseKnownHosts', () => {
  it('finds hosts by name, address, list and port', () => {
    const hosts = known(
      '# comment',
      '',
      `fmc,10.0.0.1 ${a.line} me@there`,
      `[10.0.0.2]:2222 ${b.line}\r`,
      `FTD.Example ${c.line}`,
      `10.0.0.1 ${c.line}`,
    );
    assert.deepEqual(blobs(hosts, 'fmc'), [a.blob]);
    assert.deepEqual(blobs(hosts, '10.0.0.1'), [a.blob, c.blob]);
    assert.deepEqual(blobs(hosts, '10.0.0.2', 2222), [b.blob]);
    assert.deepEqual(blobs(hosts, '10.0.0.2'), []);
    assert.deepEqual(blobs(hosts, 'ftd.EXAMPLE'), [c.blob]);
    assert.deepEqual(hosts.portsFor('10.0.0.2'), [2222]);
    assert.deepEqual(hosts.portsFor('fmc'), [22]);
    assert.deepEqual(hosts.portsFor('other'), []);
  });

  it('takes the keys of the plain name for another port, as OpenSSH does', () => {
    const hosts = known(`h ${a.line}`, `[h]:23 ${b.line}`);
    assert.deepEqual(blobs(hosts, 'h', 2222), [a.blob]);
    assert.deepEqual(blobs(hosts, 'h', 23), [b.blob]);
    assert.deepEqual(hosts.portsFor('h'), [22, 23]);
  });

  it('takes IPv6 in any spelling', () => {
    const hosts = known(`2001:db8:0::1 ${a.line}`, `[2001:DB8::2]:2222 ${b.line}`);
    assert.deepEqual(blobs(hosts, '2001:db8::1'), [a.blob]);
    assert.deepEqual(blobs(hosts, '2001:0db8::2', 2222), [b.blob]);
  });

  it('finds hashed names, and their ports among those it is told to try', () => {
    const hosts = known(`${hashedName('10.0.0.1')} ${a.line}`, `${hashedName('[10.0.0.2]:2222')} ${b.line}`);
    assert.deepEqual(blobs(hosts, '10.0.0.1'), [a.blob]);
    assert.deepEqual(blobs(hosts, '10.0.0.2', 2222), [b.blob]);
    assert.deepEqual(hosts.portsFor('10.0.0.1'), [22]);
    assert.deepEqual(hosts.portsFor('10.0.0.2'), []);
    assert.deepEqual(hosts.portsFor('10.0.0.2', [22, 2222]), [2222]);
  });

  it('matches patterns and what they leave out', () => {
    const hosts = known(`10.0.0.*,!10.0.0.9 ${a.line}`, `ftd-?.example ${b.line}`, `[10.1.*]:2222 ${c.line}`);
    assert.deepEqual(blobs(hosts, '10.0.0.77'), [a.blob]);
    assert.deepEqual(blobs(hosts, '10.0.0.9'), []);
    assert.deepEqual(blobs(hosts, '10x0.0.1'), []);
    assert.deepEqual(blobs(hosts, 'ftd-1.example'), [b.blob]);
    assert.deepEqual(blobs(hosts, 'ftd-11.example'), []);
    assert.deepEqual(hosts.portsFor('10.1.2.3'), [2222]);
  });

  it('gives a revoked key as revoked only, and reads no port from it', () => {
    const hosts = known(
      `10.0.0.1 ${a.line}`,
      `10.0.0.1 ${b.line}`,
      `@revoked * ${a.line}`,
      `@revoked [10.0.0.2]:99 ${b.line}`,
    );
    assert.deepEqual(blobs(hosts, '10.0.0.1').sort(), [b.blob, `revoked ${a.blob}`].sort());
    assert.deepEqual(hosts.portsFor('10.0.0.2'), []);
  });

  it('warns of @cert-authority and does not use it', () => {
    const parsed = parseKnownHosts(`@cert-authority * ${a.line}\n`, 'kh');
    assert.match(parsed.warnings.map(formatIssue)[0] ?? '', /^kh:1:1: @cert-authority is not supported/);
    assert.deepEqual(parsed.issues, []);
    assert.deepEqual(blobs(parsed.knownHosts, '10.0.0.1'), []);
  });

  it('reports lines that cannot be read, each with its place', () => {
    const cut = a.line.slice(0, 40);
    const text = [
      `h ${a.line}`,
      'h',
      'h ssh-ed25519',
      `h ${cut}`,
      `h ssh-rsa ${a.blob}`,
      'h ssh-ed25519 not*base64',
      `@nope h ${a.line}`,
      `|1|x ${a.line}`,
      `a,,b ${a.line}`,
      `[h]:99999 ${a.line}`,
    ];
    assert.deepEqual(parseKnownHosts(text.join('\n'), 'kh').issues.map(formatIssue), [
      'kh:2:1: a host key is a type and a base64 text: ssh-ed25519 AAAA…',
      'kh:3:3: a host key is a type and a base64 text: ssh-ed25519 AAAA…',
      'kh:4:15: the key is cut off',
      'kh:5:11: the line says ssh-rsa, the key in it is of another type',
      'kh:6:15: the key is not base64',
      'kh:7:1: unknown marker @nope',
      'kh:8:1: a hashed name is |1|salt|hash',
      'kh:9:1: an empty name in the list of hosts',
      'kh:10:1: [h]:99999: not a port',
    ]);
  });
});
