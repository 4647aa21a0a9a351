import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { ActivityDeps } from '../../../activities/deps.ts';
import { probeDelivery } from '../../../activities/renewal/probe-delivery.ts';
import { loadProfiles, type Endpoint, type RootShell } from '../../../devices/index.ts';
import { issuePeerCertificate, makeInternalCa } from '../../../lab/certificates/internal-ca.ts';
import { KeyPool } from '../../../lab/certificates/key-pool.ts';
import type { ActionInput, ActionResult } from '../../../workflows/contract.ts';

const managerUuid = 'aaaaaaaa-0000-4000-8000-000000000001';
const deviceUuid = 'bbbbbbbb-0000-4000-8000-000000000001';
const validity = { notBeforeMs: Date.now() - 3_600_000, notAfterMs: Date.now() + 86_400_000 };

describe('a device that is looked at after a delivery whose end nobody has seen', () => {
  let folder: string;
  let held: string;
  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'probe-'));
    const pool = new KeyPool(1);
    const ca = makeInternalCa(managerUuid, await pool.takeForCa(), validity);
    const keys = await pool.take();
    const set = issuePeerCertificate(ca, deviceUuid, keys, validity);
    held = path.join(folder, 'peers', managerUuid);
    for (const place of [path.join(folder, 'issued'), held]) {
      mkdirSync(place, { recursive: true });
      writeFileSync(path.join(place, 'cacert.pem'), ca.certPem);
      writeFileSync(path.join(place, 'sftunnel-cert.pem'), set.pem);
      writeFileSync(path.join(place, 'sftunnel-key.pem'), keys.privatePem);
    }
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** Both boxes are folders of this machine. */
  function shellOf(family: string): RootShell {
    const profile = structuredClone(loadProfiles().profiles.get(family));
    assert.ok(profile !== undefined);
    profile.paths['caCertificate'] = path.join(folder, 'issued', 'cacert.pem');
    profile.paths['peersRoot'] = path.join(folder, 'peers');
    profile.identity = {
      sources: [{ command: `echo ${deviceUuid}`, fields: { uuid: '^(.+)$' } }],
      kinds: [],
    };
    const read = (files: readonly string[], within = '/'): Map<string, Buffer | undefined> =>
      new Map(
        files.map((file) => {
          const place = path.resolve(within, file);
          return [file, existsSync(place) ? readFileSync(place) : undefined];
        }),
      );
    const sh = (command: string, cwd?: string): { status: number; output: string } => {
      const { status, stdout } = spawnSync('sh', ['-c', command], { cwd });
      return { status: status ?? 1, output: stdout.toString() };
    };
    const shell: Partial<RootShell> = {
      profile,
      arrival: { states: [], banner: '', asked: {} },
      run: (command) => Promise.resolve(sh(command)),
      readFile: (file) => Promise.resolve(read([file]).get(file)),
      readFiles: (files) => Promise.resolve(read(files)),
      look: (({ folder: within, files = [], commands = {} }: Parameters<RootShell['look']>[0]) =>
        Promise.resolve({
          isThere: true,
          files: read(files, within),
          answers: Object.fromEntries(
            Object.entries<string>(commands).map(([name, line]) => [name, sh(line, within)]),
          ),
        })) as unknown as RootShell['look'],
    };
    return shell as RootShell;
  }

  const look = async (of: string): Promise<ActionResult> => {
    const deps = {
      sessions: {
        withRoot: (endpoint: Endpoint, use: (shell: RootShell) => Promise<unknown>) =>
          use(shellOf(endpoint.family)),
      },
      endpoint: (_: unknown, entry: string, family = 'cisco-fmc') =>
        Promise.resolve({ name: entry, host: entry, port: 22, family } as Endpoint),
      now: Date.now,
    } as unknown as ActivityDeps;
    const input: ActionInput = {
      run: { workflowId: 'r', runId: 'r-1' },
      inventory: { inventory: '', digest: '' },
      manager: { name: 'fmc', address: '192.0.2.1:22', entry: 'fmc' },
      target: {
        ...{ name: 'ftd', address: '192.0.2.2:22', entry: 'ftd' },
        ...{ uuid: deviceUuid, family: 'cisco-ftd' },
      },
      step: 'deliver/deliver.probe',
      attempt: 1,
      params: {
        of,
        managerUuid,
        result: { workFolder: '' },
        missed: { sources: [path.join(folder, 'issued')], destinations: [held] },
        look: { sshOk: true, up: false, tunnel: 'down', fallback: 'ssh', fileWay: 'sftp' },
      },
    };
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const looked: Promise<ActionResult> = environment.run(() => probeDelivery(input, deps));
    return await looked;
  };

  it('brings the facts that the delivery itself would have made: what comes after it is decided by them', async () => {
    const { facts } = await look('deliverCerts');
    const { outcome, heldFingerprint, facts: made } = facts as Record<string, unknown>;
    assert.equal(outcome, 'done');
    assert.match(String(heldFingerprint), /^[0-9A-F:]+$/i);
    assert.deepEqual(made, { state: 'new', rung: 'ssh', fileWay: 'sftp', fingerprint: heldFingerprint });
  });

  it('brings none where it looks for another step, or finds no delivery', async () => {
    assert.ok(!('facts' in ((await look('probeDelivery')).facts as object)));
    rmSync(path.join(held, 'sftunnel-cert.pem'));
    const { facts } = await look('deliverCerts');
    assert.notEqual((facts as Record<string, unknown>)['outcome'], 'done');
    assert.ok(!('facts' in (facts as object)));
  });
});
