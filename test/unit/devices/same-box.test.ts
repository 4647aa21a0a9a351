import assert from 'node:assert/strict';
import { SameBox } from '../../../devices/same-box.ts';
import type { Endpoint } from '../../../devices/index.ts';

function endpoint(host: string, blob = 'AAAA', revoked = false): Endpoint {
  return {
    name: host,
    family: 'linux',
    host,
    port: 22,
    hostKeys: [{ type: 'ssh-ed25519', blob, ...(revoked ? { revoked } : {}) }],
    credential: {
      id: 'admin',
      username: 'admin',
      password: () => Promise.resolve(''),
      sudoPassword: () => Promise.resolve(''),
    },
  };
}

describe('SameBox', () => {
  it('takes two addresses with one host key for one box', () => {
    const boxes = new SameBox();

    assert.equal(boxes.keyOf(endpoint('192.0.2.1')), boxes.keyOf(endpoint('192.0.2.2')));
    assert.notEqual(boxes.keyOf(endpoint('192.0.2.1')), boxes.keyOf(endpoint('192.0.2.3', 'BBBB')));
    assert.notEqual(
      boxes.keyOf(endpoint('192.0.2.4', 'CCCC', true)),
      boxes.keyOf(endpoint('192.0.2.5', 'CCCC', true)),
    );
  });

  it('takes many addresses with one host key for machines of one image: none of them waits for another', () => {
    const boxes = new SameBox();
    const hosts = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5'];
    for (const host of hosts) boxes.keyOf(endpoint(host));

    assert.equal(new Set(hosts.map((host) => boxes.keyOf(endpoint(host)))).size, hosts.length);
  });
});
