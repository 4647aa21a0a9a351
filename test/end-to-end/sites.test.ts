import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import net from 'node:net';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import type { LabTruth } from '../../lab/index.ts';
import { startSystemLab, whyNoSystemLab, type SystemLab } from '../../lab/system/index.ts';
import { findingsAbout } from '../support/devices-in-trouble.ts';
import { bin, endBy, untilSays } from '../support/processes.ts';
import { withSite, type Site } from '../support/renewal-site.ts';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed } from '../support/truth.ts';

const password = 'Lab-Passw0rd!';
const lab = { ftds: [{}, { tunnel: 'down' as const }], password };

/** What a machine of the site is like: kept from an address, or in a network of its own, with its process 1 there. */
interface Place {
  readonly cutOffFrom?: string | undefined;
  readonly network?: { readonly pid: string; readonly preload: string };
}

/** `runbook worker --site` as it is typed on a machine of the site, whose files lie in a folder of their own. */
async function siteWorker(site: Site, name: string, at: Place = {}): Promise<ChildProcess> {
  const { cutOffFrom, network } = at;
  const preload = network?.preload ?? (cutOffFrom === undefined ? undefined : firewall(cutOffFrom));
  const within: string[] =
    network === undefined ? [] : ['nsenter', '-t', network.pid, '-n', process.execPath];
  const [program = process.execPath, ...words] = within;
  const child = spawn(
    program,
    [
      ...words,
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
        ...(preload === undefined ? {} : { NODE_OPTIONS: `--import=data:text/javascript,${preload}` }),
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  await untilSays(child, '"ready"', 'the worker of the site');
  return child;
}

/** Inventory and passwords, here and at the site: that of ftd02 is only known there. */
async function writeFiles(site: Site): Promise<void> {
  const { managers, devices } = await site.truth();
  const entries = [...managers, ...devices].map(
    ({ name, address, sshPort }) =>
      `  - { name: ${name}, host: ${address}, port: ${String(sshPort)}${name === 'ftd02' ? ', site: muc, password: { file: site-password }' : ''} }\n`,
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
}

/** A module that keeps its process from one address, as a firewall does. */
function firewall(address: string): string {
  return encodeURIComponent(`import net from 'node:net';
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...words) {
  const [first] = words.flat();
  if (first?.host !== '${address}') return connect.apply(this, words);
  process.nextTick(() => this.destroy(Object.assign(new Error('connect ECONNREFUSED ${address}'), { code: 'ECONNREFUSED' })));
  return this;
};`);
}

/** A way from within a network to the Temporal server of the host, over a socket that both see. */
async function wayToServer(site: Site): Promise<{ preload: string; close(): void }> {
  const [host = '', port = ''] = site.server.address.split(':');
  const socket = site.file('temporal.sock');
  const server = net.createServer((client) => {
    const there = net.connect(Number(port), host);
    for (const end of [client, there]) end.on('error', () => {});
    client.pipe(there).pipe(client);
    client.once('close', () => there.destroy());
    there.once('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  // Only the first process of the worker listens; what it starts goes the same way.
  const preload = encodeURIComponent(`import net from 'node:net';
net.createServer((client) => {
  const there = net.connect('${socket}');
  for (const end of [client, there]) end.on('error', () => {});
  client.pipe(there).pipe(client);
}).on('error', () => {}).listen(${port}, '127.0.0.1').unref();`);
  return { preload, close: () => server.close() };
}

/** Plans and runs to a good end; what the boxes hold then. */
async function renewed(site: Site): Promise<LabTruth> {
  const plan = await site.plan();
  assert.equal(plan.runnable, true, JSON.stringify(plan.findings));
  const document = await site.closed(await site.start(plan));
  assert.equal(document.exitCode, 0, document.summary);
  const truth = await site.truth();
  assertGeneratedOnce(truth);
  for (const device of truth.devices) assertHoldsNewSet(truth, device);
  return truth;
}

describe('a device that only a machine of its site reaches', function () {
  this.timeout(300_000);

  it('is served by the worker there, with the login that only its machine knows', async () => {
    await withSite(
      lab,
      async (site) => {
        await writeFiles(site);

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
          const truth = await renewed(site);
          const { logins, sftunnel } = deviceNamed(truth, 'ftd02');
          assert.ok(logins.attempts > 0);
          assert.equal(logins.failures, 0, 'the worker without a site has never tried');
          assert.equal(sftunnel.restarts, 1);
        } finally {
          await endBy('SIGTERM', worker);
        }
      },
      { settings: 'siteWorkerWithin: 2s\n' },
    );
  });

  it('but whose worker does not reach the FMC: the plan says so, and the set comes by what is left', async () => {
    await withSite(
      lab,
      async (site) => {
        await writeFiles(site);
        const [fmc] = (await site.truth()).managers;
        const worker = await siteWorker(site, 'muc', { cutOffFrom: fmc?.address });
        try {
          const refused = await site.plan();
          assert.equal(refused.runnable, false);
          const found = findingsAbout(refused, 'ftd02', 'accept');
          assert.match(
            found[0]?.text ?? '',
            /The worker of the site muc, which serves ftd02, cannot log in to fmc01/,
          );
          assert.equal(found.length, 1, JSON.stringify(found));

          const accepted = { accepted: ['ftd02'], acceptReason: 'by hand' };
          const run = await site.start(await site.plan(accepted), accepted);
          const { questions } = await site.until(run, ({ outcome }) => outcome === 'waiting');
          const [question] = questions;
          assert.deepEqual([question?.box, question?.kind], ['ftd02', 'manual']);
          assert.match(question?.text ?? '', /Bring ftd02 its new set by hand[^]*On fmc01[^]*sha256sum/);
          assert.equal(
            (await site.decide(run, 'skip', 'ftd02', { reason: 'tomorrow, by hand' })).accepted,
            true,
          );
          const document = await site.closed(run);
          assert.equal(document.exitCode, 4, document.summary);
          const truth = await site.truth();
          assertGeneratedOnce(truth);
          const left = deviceNamed(truth, 'ftd02');
          assert.deepEqual(
            [left.managers[0]?.fitsTogether, left.sftunnel.restarts],
            [true, 0],
            'its old set is whole',
          );
          assertHoldsNewSet(truth, deviceNamed(truth, 'ftd01'));
        } finally {
          await endBy('SIGTERM', worker);
        }
      },
      { settings: 'siteWorkerWithin: 2s\n' },
    );
  });
});

const why = whyNoSystemLab();

describe(`a device behind a bastion${why === undefined ? '' : ` [${why}]`}`, function () {
  this.timeout(300_000);
  before(function () {
    if (why !== undefined) this.skip();
  });

  it('that the engine has no way to is served by the worker beside the bastion, in the network there', async () => {
    let made: SystemLab | undefined;
    await withSite(
      { ...lab, jumpHosts: [{ name: 'bastion' }] },
      async (site) => {
        await writeFiles(site);
        await site.lab.fault('engineNoRoute', { box: 'ftd02' });
        const way = await wayToServer(site);
        const network = { pid: made?.box('bastion')?.init ?? '', preload: way.preload };
        const worker = await siteWorker(site, 'muc', { network });
        try {
          const truth = await renewed(site);
          const { log, failures } = deviceNamed(truth, 'ftd02').logins;
          assert.ok(log.length > 0);
          assert.deepEqual(
            [...new Set(log.map(({ from }) => from))],
            [truth.jumpHosts[0]?.address],
            'nobody comes from elsewhere',
          );
          assert.equal(failures, 0);
        } finally {
          await endBy('SIGTERM', worker);
          way.close();
        }
      },
      {
        settings: 'siteWorkerWithin: 2s\n',
        start: async (options) => (made = await startSystemLab(options)),
      },
    );
  });
});
