import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { ActivityDeps } from '../../../activities/deps.ts';
import { fetchIssued, type Issued } from '../../../activities/renewal/fetch-issued.ts';
import { loadProfiles, type Endpoint, type RootShell } from '../../../devices/index.ts';
import { issuePeerCertificate, makeInternalCa } from '../../../lab/certificates/internal-ca.ts';
import { KeyPool } from '../../../lab/certificates/key-pool.ts';
import type { ActionInput } from '../../../workflows/contract.ts';

const devices = 40;
const deviceUuid = (n: number): string => `bbbbbbbb-0000-4000-8000-${String(n).padStart(12, '0')}`;
const validity = { notBeforeMs: Date.now() - 3_600_000, notAfterMs: Date.now() + 86_400_000 };

describe('the sets of many devices on their FMC', () => {
  let folder: string;
  const answers = { looks: 0, keys: [] as number[] };
  const certificates: string[] = [];

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'issued-'));
    const pool = new KeyPool(1);
    const ca = makeInternalCa(deviceUuid(0), await pool.takeForCa(), validity);
    writeFileSync(path.join(folder, 'cacert.pem'), ca.certPem);
    const own = await pool.take();
    for (let n = 0; n < devices; n += 1) {
      mkdirSync(path.join(folder, deviceUuid(n)));
      certificates.push(issuePeerCertificate(ca, deviceUuid(n), own, validity).pem);
      writeFileSync(path.join(folder, deviceUuid(n), 'sftunnel-cert.pem'), certificates[n] ?? '');
      writeFileSync(path.join(folder, deviceUuid(n), 'sftunnel-key.pem'), `key of ${String(n)}`);
    }
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => Object.assign(answers, { looks: 0, keys: [] }));

  /** One session, which the FMC's files are read in by the shell of this machine; who comes waits for those before. */
  function manager(): ActivityDeps {
    const profile = structuredClone(loadProfiles().profiles.get('cisco-fmc'));
    if (profile === undefined) throw new Error('no profile cisco-fmc');
    profile.paths['caCertificate'] = path.join(folder, 'cacert.pem');
    const read = (paths: readonly string[]): Map<string, Buffer | undefined> =>
      new Map(paths.map((file) => [file, existsSync(file) ? readFileSync(file) : undefined]));
    const sh = (command: string) => {
      const { status, stdout } = spawnSync('sh', ['-c', command]);
      return { status: status ?? 1, output: stdout.toString() };
    };
    const shell: Partial<RootShell> = {
      profile,
      run: (command) => Promise.resolve(sh(command)),
      readFile: (file) => Promise.resolve(read([file]).get(file)),
      readFiles: async (paths, { secret = false } = {}) => {
        if (secret) answers.keys.push(paths.length);
        await new Promise((resolve) => setTimeout(resolve, 5));
        return read(paths);
      },
      look: (async ({
        files = [],
        commands = {},
      }: {
        files?: string[];
        commands?: Record<string, string>;
      }) => {
        answers.looks += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
        return {
          isThere: true,
          files: read(files),
          answers: Object.fromEntries(Object.entries(commands).map(([name, line]) => [name, sh(line)])),
        };
      }) as unknown as RootShell['look'],
    };
    let last: Promise<unknown> = Promise.resolve();
    return {
      sessions: {
        withRoot: (_, use) => {
          const mine = last.then(() => use(shell as RootShell));
          last = mine.catch(() => undefined);
          return mine;
        },
        hear: () => undefined,
        commandHasEnded: () => false,
        close: () => Promise.resolve(),
      },
      endpoint: () =>
        Promise.resolve({ name: 'fmc', host: 'fmc', port: 22, family: 'cisco-fmc' } as Endpoint),
    } as Partial<ActivityDeps> as ActivityDeps;
  }

  const ask = async (deps: ActivityDeps, n: number, withKey: boolean): Promise<Issued> => {
    const input: ActionInput = {
      run: { workflowId: 'r', runId: 'r-1' },
      inventory: { inventory: '', digest: '' },
      manager: { name: 'fmc', address: '192.0.2.1:22', entry: 'fmc' },
      step: 'deliver/check',
      attempt: 1,
      params: {},
    };
    const hints = {
      sources: [path.join(folder, deviceUuid(n))],
      workFolder: '',
      deviceUuid: deviceUuid(n),
    };
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    return await environment.run(() => fetchIssued(deps, input, hints, { withKey }));
  };

  it('are read for all who wait with one look, each its own, and keys only for who brings one', async () => {
    const deps = manager();
    const found = await Promise.all(certificates.map((_, n) => ask(deps, n, n % 2 === 0)));
    for (const [n, { set }] of found.entries()) {
      assert.equal(set?.content.toString(), certificates[n]);
      assert.equal(set?.key?.toString(), n % 2 === 0 ? `key of ${String(n)}` : undefined);
    }
    assert.equal(answers.looks, 1);
    assert.deepEqual(answers.keys, [devices / 2]);
  });

  it('are looked for elsewhere by their own device where the key is missing, and hold up no other', async () => {
    writeFileSync(path.join(folder, deviceUuid(1), 'sftunnel-key.pem'), '');
    writeFileSync(path.join(folder, deviceUuid(2), 'sftunnel-key.pem'), '');
    const deps = manager();
    const found = await Promise.all([0, 1, 2, 3].map((n) => ask(deps, n, n === 2)));
    assert.deepEqual(
      found.map(({ set }) => set !== undefined),
      [true, false, false, true],
    );
  });
});
