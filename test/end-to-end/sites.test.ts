import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { withSite, type Site } from '../support/renewal-site.ts';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed } from '../support/truth.ts';

const bin = fileURLToPath(new URL('../../cli/bin.js', import.meta.url));
const password = 'Lab-Passw0rd!';
const lab = { ftds: [{}, { tunnel: 'down' as const }], password };

/** `runbook worker --site` as it is typed on a machine of the site, whose files lie in a folder of their own. */
async function siteWorker(site: Site, name: string): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [
      ...[bin, 'worker', '--site', name],
      ...[
        '--inventory',
        site.file(`${name}/inventory.yaml`),
        '--known-hosts',
        site.file(`${name}/known_hosts`),
      ],
      ...['--settings', site.file('settings.yaml')],
    ],
    {
      env: {
        ...process.env,
        TEMPORAL_ADDRESS: site.server.address,
        TEMPORAL_NAMESPACE: site.server.namespace,
        RUNBOOK_HOME: site.file(`${name}/home`),
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => {
      if (text.includes('"ready"')) resolve();
    });
    child.once('exit', (code) => {
      reject(new Error(`the worker of the site ended (${String(code)})`));
    });
  });
  return child;
}

describe('a device that only a machine of its site reaches', function () {
  this.timeout(300_000);

  it('is served by the worker there, with the login that only its machine knows', async () => {
    await withSite(
      lab,
      async (site) => {
        const { managers, devices } = await site.truth();
        const entries = [...managers, ...devices].map(
          ({ name, address }) =>
            `  - { name: ${name}, host: ${address}, port: 2222${name === 'ftd02' ? ', site: muc, password: { file: site-password }' : ''} }\n`,
        );
        const inventory = `defaults: { username: admin, password: { file: password } }\nentries:\n${entries.join('')}`;
        const write = async (folder: string, ofSite: string): Promise<void> => {
          await mkdir(site.file(folder), { recursive: true });
          await writeFile(site.file(`${folder}/inventory.yaml`), inventory);
          await writeFile(site.file(`${folder}/password`), `${password}\n`, { mode: 0o600 });
          await writeFile(site.file(`${folder}/site-password`), `${ofSite}\n`, { mode: 0o600 });
        };
        await write('.', 'nobody-here-knows-it');
        await write('muc', password);
        await copyFile(site.file('known_hosts'), site.file('muc/known_hosts'));

        const without = await site.plan();
        assert.equal(without.runnable, false);
        assert.ok(
          without.findings.some(
            ({ box, code, text }) =>
              box === 'ftd02' &&
              code === 'ENGINE_NO_SITE_WORKER' &&
              text.includes('runbook worker --site muc'),
          ),
          JSON.stringify(without.findings),
        );

        const worker = await siteWorker(site, 'muc');
        try {
          const plan = await site.plan();
          assert.equal(plan.runnable, true, JSON.stringify(plan.findings));
          const document = await site.closed(await site.start(plan));
          assert.equal(document.exitCode, 0, document.summary);
          const truth = await site.truth();
          assertGeneratedOnce(truth);
          for (const device of truth.devices) assertHoldsNewSet(truth, device);
          const { logins, sftunnel } = deviceNamed(truth, 'ftd02');
          assert.ok(logins.attempts > 0);
          assert.equal(logins.failures, 0, 'the worker without a site has never tried');
          assert.equal(sftunnel.restarts, 1);
        } finally {
          const exited = once(worker, 'exit');
          worker.kill('SIGTERM');
          await exited;
        }
      },
      { settings: 'siteWorkerWithin: 2s\n' },
    );
  });
});
