import assert from 'node:assert/strict';
import { parse } from 'yaml';

import { searchAttributes } from '../../workflows/contract.ts';
import { read } from './sources.ts';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly command?: readonly string[];
}

/** The form of docker-compose.yml; that it works is tried where there are containers. */
describe('docker-compose.yml', () => {
  const text = read('docker-compose.yml');
  const { services, volumes } = parse(text, { merge: true }) as {
    services: Record<string, Service>;
    volumes: Record<string, unknown>;
  };

  it('waits only for services that exist, in the way they can be waited for', () => {
    for (const [name, { depends_on: needs = {} }] of Object.entries(services)) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        const target = services[needed];
        assert.ok(target, `${name} waits for ${needed}`);
        if (condition === 'service_healthy')
          assert.ok('healthcheck' in target, `${needed} has no health check`);
        if (condition === 'service_completed_successfully')
          assert.ok(target.command, `${needed} does not end`);
      }
    }
  });

  it('keeps data in volumes that have a name', () => {
    const named = Object.values(services)
      .flatMap((service) => service.volumes ?? [])
      .map((volume) => volume.split(':')[0] ?? '')
      .filter((source) => /^[a-z]/.test(source));

    assert.deepEqual(
      named.filter((name) => !Object.hasOwn(volumes, name)),
      [],
    );
    assert.ok(named.includes('temporal-db'));
  });

  it('pins every image and publishes on loopback only', () => {
    for (const { image, build, ports = [] } of Object.values(services)) {
      if (build === undefined) assert.match(image ?? '', /:\d+(\.\d+)*$/);
      for (const port of ports) assert.match(port, /^127\.0\.0\.1:/);
    }
  });

  it('documents every setting in .env.example, and gives no password a default', () => {
    const used = [...text.matchAll(/\$\{([A-Z_]+)(:[^}]*)?\}/g)];
    const documented = read('.env.example');

    for (const [, name = '', rest = ''] of used) {
      assert.match(documented, new RegExp(`^${name}=`, 'm'), name);
      if (/PASSWORD|SECRET|KEY/.test(name)) assert.equal(rest, ':?', name);
    }
  });

  it('registers the search attributes of the contract', () => {
    const registered = services['temporal-init']?.environment?.['SEARCH_ATTRIBUTES'] ?? '';

    assert.deepEqual(
      registered.split(' ').sort(),
      Object.entries(searchAttributes)
        .map(([name, type]) => `${name}=${type}`)
        .sort(),
    );
  });

  it('leaves no variable of its shell scripts to compose', () => {
    for (const { command = [] } of Object.values(services)) {
      for (const line of command) assert.doesNotMatch(line.replaceAll('$$', ''), /\$/);
    }
  });
});
