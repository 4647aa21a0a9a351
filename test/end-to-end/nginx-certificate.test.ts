import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Plan, RunDocument } from '../../workflows/contract.ts';
import { whyNoSystemLab } from '../../lab/system/index.ts';
import {
  makeCertificate,
  startLinuxHosts,
  type LinuxHost,
  type LinuxHosts,
  type TestCertificate,
} from '../support/linux-hosts.ts';
import type { LinuxSite } from '../support/linux-site.ts';
import type { Typed } from '../support/processes.ts';

const shipped = fileURLToPath(new URL('../../runbooks/rotate-nginx-certificate.yaml', import.meta.url));
const forScripts = ['--yes', '--no-input', '-o', 'json'];

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says what it expects
function json<T>({ stdout, stderr }: Typed): T {
  assert.doesNotThrow(() => JSON.parse(stdout), `${stdout}\n${stderr}`);
  return JSON.parse(stdout) as T;
}

async function digest(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** Certificate and key of nginx on a host. */
async function held(host: LinuxHost): Promise<string[]> {
  return await Promise.all(['crt', 'key'].map((end) => digest(host.file(`/etc/nginx/tls/server.${end}`))));
}

async function given({ certificate, key }: TestCertificate): Promise<string[]> {
  return [await digest(certificate), await digest(key)];
}

/** A handshake of the test itself gets this certificate; for a moment after a reload nginx has old workers beside the new ones. */
async function presents(host: LinuxHost | undefined, fingerprint: string | undefined): Promise<void> {
  for (let looks = 0; looks < 30 && (await host?.presented()) !== fingerprint; looks += 1) await sleep(100);
  assert.equal(await host?.presented(), fingerprint);
}

/** Nothing of a run is left on the host but the copies of the last one that was through. */
async function assertTidy(host: LinuxHost): Promise<void> {
  assert.ok(!existsSync(host.file('/var/lib/runbook/nginx-certificate/lock')), 'the lock is given back');
  const beside = await readdir(host.file('/etc/nginx/tls'));
  assert.deepEqual(beside.sort(), ['server.crt', 'server.key']);
}

describe('a certificate of nginx is rotated on Linux hosts', function () {
  this.timeout(180_000);

  let lab: LinuxHosts;

  before(async function () {
    const why = whyNoSystemLab({ nginx: true });
    if (why !== undefined) {
      process.stderr.write(`      skipped: ${why}\n`);
      this.skip();
    }
    lab = await startLinuxHosts(['web-1', 'web-2', 'web-3', 'web-4', 'web-5', 'web-6']);
  });

  after(async () => {
    await (lab as LinuxHosts | undefined)?.stop();
  });

  it('plan, run, a second run, and a roll-back', async () => {
    await lab.withSite(['web-1', 'web-2'], async (site) => {
      const fresh = await certificates(site, site.hosts);
      const before = await Promise.all(site.hosts.map((host) => host.presented()));
      const oldFiles = await Promise.all(site.hosts.map(held));

      const shown = await site.type('plan', 'rotate-nginx-certificate');
      assert.equal(shown.code, 0, shown.stdout + shown.stderr);
      assert.match(shown.stdout, /Put the new certificate and key into their places/);
      assert.doesNotMatch(shown.stdout, /FMC|sftunnel|tunnel|manager/i);
      assert.deepEqual(await Promise.all(site.hosts.map(held)), oldFiles, 'a plan changes nothing');

      const done = await site.type('run', 'rotate-nginx-certificate', ...forScripts);
      const run = json<RunDocument>(done);
      assert.equal(done.code, 0, JSON.stringify(run));
      assert.deepEqual(run.managers, []);
      assert.deepEqual(run.devices.map(({ name, phase, proven }) => [name, phase, proven]).sort(), [
        ['web-1', 'proven', true],
        ['web-2', 'proven', true],
      ]);
      assert.match(run.run, /^rotate-nginx-certificate\/[0-9a-f]{12}$/);
      for (const [at, host] of site.hosts.entries()) {
        await presents(host, fresh[at]?.fingerprint);
        assert.deepEqual(await held(host), await given(fresh[at] as TestCertificate));
        const { mode } = await stat(host.file('/etc/nginx/tls/server.key'));
        assert.equal(mode & 0o077, 0, 'the key is open to its owner alone');
        await assertTidy(host);
      }
      await assertNoKeyIn(site, run.run, fresh);

      const status = await site.type('status', '@last');
      assert.match(status.stdout, /web-1.*proven/);
      const report = await site.type('report', '@last');
      assert.equal(report.code, 0, report.stderr);
      const written = (await readdir(path.join(site.folder, 'home/reports'), { recursive: true })).filter(
        (name) => /\.(?:html|txt)$/.test(name),
      );
      assert.ok(written.length >= 2, written.join());
      const pages = await Promise.all(
        written.map((name) => readFile(path.join(site.folder, 'home/reports', name), 'utf8')),
      );
      for (const page of [status.stdout, ...pages]) {
        assert.match(page, /2 of 2 devices proven/);
        assert.doesNotMatch(page, /FMC|sftunnel|tunnel|InternalCA|old CA/i);
      }

      const again = await site.type('run', 'rotate-nginx-certificate', ...forScripts);
      assert.equal(again.code, 0, again.stderr);
      const { devices } = json<RunDocument>(again);
      assert.deepEqual(
        devices.map(({ phase }) => phase),
        ['proven', 'proven'],
      );

      const back = await site.type(
        ...['rollback', 'rotate-nginx-certificate', '--device', 'web-1', '--reason', 'clients complain'],
        ...forScripts,
      );
      assert.equal(back.code, 0, back.stdout + back.stderr);
      const [one, two] = site.hosts;
      await presents(one, before[0]);
      assert.deepEqual(await held(one as LinuxHost), oldFiles[0]);
      await presents(two, fresh[1]?.fingerprint);
      await assertTidy(one as LinuxHost);
    });
  });

  it('a certificate that does not work is rolled back: a key that does not fit, a wrong name; corrected and retried it is proven', async () => {
    await lab.withSite(['web-3', 'web-4'], async (site) => {
      const [three, four] = site.hosts as [LinuxHost, LinuxHost];
      const before = [await three.presented(), await four.presented()];
      const oldFiles = [await held(three), await held(four)];
      await certificates(site, [three]);
      const other = await makeCertificate(site.folder, 'other', 'other');
      await copyFile(other.key, path.join(site.folder, 'certificates', 'web-3.key'));
      await makeCertificate(path.join(site.folder, 'certificates'), 'web-4', 'somebody-else');

      const refused = await site.type('plan', 'rotate-nginx-certificate', '-o', 'json');
      assert.equal(refused.code, 3);
      const { findings } = json<Plan>(refused);
      for (const reason of [/web-3 does not belong to its new certificate/, /clients ask for web-4/])
        assert.match(JSON.stringify(findings), reason);

      const unguarded = path.join(site.folder, 'unguarded.yaml');
      const text = await readFile(shipped, 'utf8');
      await writeFile(
        unguarded,
        text
          .replace('assert: device.wanted.keyFits', "assert: 'true'")
          .replace('assert: device.wanted.nameFits', "assert: 'true'"),
      );
      const run = await site.type('run', unguarded, ...forScripts);
      assert.equal(run.code, 5, run.stderr);
      const waiting = json<RunDocument>(run);
      const [of3, of4] = ['web-3', 'web-4'].map((name) => waiting.questions.find(({ box }) => box === name));
      assert.match(of3?.text ?? '', /Rolled back.*key values mismatch/s);
      assert.match(of4?.text ?? '', /Rolled back.*not for web-4/s);
      assert.deepEqual([await three.presented(), await four.presented()], before);
      assert.deepEqual([await held(three), await held(four)], oldFiles);
      await assertTidy(three);
      await assertTidy(four);

      const right = await makeCertificate(path.join(site.folder, 'certificates'), 'web-3', 'web-3');
      await site.type('retry', waiting.run, '--device', 'web-3');
      await site.until(waiting.run, ({ devices }) =>
        devices.some(
          ({ name, phase, status }) => name === 'web-3' && phase === 'proven' && status === 'done',
        ),
      );
      await presents(three, right.fingerprint);
      await site.type('skip', waiting.run, '--device', 'web-4', '--reason', 'no certificate for it yet');
      const closed = (await site.server.client.workflow.getHandle(waiting.run).result()) as RunDocument;
      assert.equal(closed.exitCode, 4);
      await presents(four, before[1]);
    });
  });

  it('a worker that is killed in the middle of the exchange and of the test: the next one goes on, once', async () => {
    await lab.withSite(['web-5', 'web-6'], async (site) => {
      const [five, six] = site.hosts as [LinuxHost, LinuxHost];
      const fresh = await certificates(site, site.hosts);
      const old = await Promise.all(site.hosts.map(held));
      // One host stands still when its copies are made and the exchange has begun, the other when nginx looks at the new files.
      let exchange = await five.hold('sync');
      const test = await six.hold('nginx');
      const started = await site.type('run', 'rotate-nginx-certificate', '--yes', '--no-input', '--detach');
      const run = started.stdout.trim();
      await exchange.held();
      exchange = await five.hold('sync');
      await Promise.all([exchange.held(), test.held()]);
      await site.worker.kill();
      await Promise.all([exchange.release(), test.release()]);
      await site.worker.start();

      const document = await site.until(run, ({ outcome }) => outcome !== 'running');
      assert.equal(document.outcome, 'done', JSON.stringify(document.questions));
      for (const [at, host] of site.hosts.entries()) {
        await presents(host, fresh[at]?.fingerprint);
        assert.deepEqual(await held(host), await given(fresh[at] as TestCertificate));
        assert.deepEqual(
          await Promise.all(
            ['0', '1'].map((n) => digest(host.file(`/var/lib/runbook/nginx-certificate/kept/old/${n}`))),
          ),
          old[at],
          'what is kept is what lay there before the run, whoever came after',
        );
        await assertTidy(host);
      }
    });
  });

  it('a box of a family that is only a folder of the operator: a menu, a PIN, no SFTP', async () => {
    await lab.withAcmeSite(async (site) => {
      const [host] = site.hosts as [LinuxHost];
      const [fresh] = await certificates(site, [host]);
      const runbook = path.join(site.folder, 'rotate-acme.yaml');
      const text = await readFile(shipped, 'utf8');
      await writeFile(runbook, text.replace('families: { device: linux }', 'families: { device: acme-box }'));

      const valid = await site.type('validate', runbook);
      assert.equal(valid.code, 0, valid.stderr);
      assert.match(valid.stdout, /families acme-box,/);
      const walked = await site.type('doctor', '--device', 'web-9');
      assert.equal(walked.code, 0, walked.stdout + walked.stderr);
      const run = await site.type('run', runbook, ...forScripts);

      assert.equal(run.code, 0, run.stdout + run.stderr);
      assert.equal(json<RunDocument>(run).run, 'rotate-nginx-certificate/acme-9');
      await presents(host, fresh?.fingerprint);
      assert.deepEqual(await held(host), await given(fresh as TestCertificate));
      assert.ok(existsSync(host.file('/var/lib/acme/runbook/nginx-certificate/kept/old/0')));
    });
  });
});

/** One for each host, where the operator keeps them. */
async function certificates(site: LinuxSite, hosts: readonly LinuxHost[]): Promise<TestCertificate[]> {
  return await Promise.all(
    hosts.map(({ name }) => makeCertificate(path.join(site.folder, 'certificates'), name, name)),
  );
}

/** No line of a key in anything that the server keeps of the run and of its devices. */
async function assertNoKeyIn(site: LinuxSite, run: string, made: readonly TestCertificate[]): Promise<void> {
  const secrets = await Promise.all(
    made.map(async ({ key }) =>
      (await readFile(key, 'utf8')).split('\n').filter((line) => /^[A-Za-z0-9+/=]{40,}$/.test(line)),
    ),
  );
  const ids = [run];
  for await (const { workflowId } of site.server.client.workflow.list({
    query: `WorkflowId STARTS_WITH '${run}/'`,
  }))
    ids.push(workflowId);
  for (const id of ids) {
    const history = await site.server.client.workflow.getHandle(id).fetchHistory();
    const text = Buffer.from(JSON.stringify(history)).toString();
    for (const secret of secrets.flat()) {
      assert.ok(!text.includes(secret), `a key in the history of ${id}`);
      assert.ok(
        !text.includes(Buffer.from(secret).toString('base64').slice(4, -8)),
        `a key in a payload of ${id}`,
      );
    }
  }
}
