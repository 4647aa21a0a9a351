import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { identify } from '../../supervisor/index.ts';
import type { Plan, RunDocument } from '../../workflows/contract.ts';
import { anOperator, type LabSite, type Operator } from '../support/operator.ts';
import type { Typed } from '../support/processes.ts';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed } from '../support/truth.ts';

const renewal = 'renew-sftunnel-ca';
const forScripts = ['--yes', '--no-input', '-o', 'json'];

/** Exactly one JSON document and nothing else is on stdout. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says what it expects
function document<T>(typed: Typed): T {
  assert.doesNotThrow(() => JSON.parse(typed.stdout), `${typed.stdout}\n${typed.stderr}`);
  return JSON.parse(typed.stdout) as T;
}

interface Check {
  readonly verdict: string;
  readonly changes: { readonly lines: readonly string[] };
  readonly pointOfNoReturn: { readonly path: string };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(50);
}

function isGone(pid: number | undefined): boolean {
  return pid === undefined || identify(pid) === undefined;
}

// The tests build on one another: one home, one server, as in the night of a change.
describe('the command line as an operator types it', function () {
  this.timeout(300_000);
  let operator: Operator;
  let site: LabSite;

  before(async () => {
    operator = await anOperator();
    site = await operator.lab('site', { ftds: [{}, { tunnel: 'down' }, {}] });
  });

  after(async () => {
    await operator.leave();
  });

  describe('with files that do not hold', () => {
    const faults: Record<string, { words: () => Promise<string[]>; places: RegExp[] }> = {
      'a runbook': {
        words: async () => {
          const good = fileURLToPath(new URL('../../runbooks/renew-sftunnel-ca.yaml', import.meta.url));
          const text = await readFile(good, 'utf8');
          const bad = path.join(operator.folder, 'bad.yaml');
          await writeFile(
            bad,
            text.replace('do: deliverCerts', 'do: deliverCert').replace('phase: proven', 'phase: prven'),
          );
          return ['run', bad, ...site.files, ...forScripts];
        },
        places: [
          /bad\.yaml:\d+:\d+: there is no action "deliverCert"/,
          /bad\.yaml:\d+:\d+: the phase "prven"/,
        ],
      },
      'an inventory': {
        words: async () => {
          const bad = path.join(operator.folder, 'bad.csv');
          await writeFile(bad, `${await readFile(site.inventory, 'utf8')}only,two\n,192.0.2.9,admin,pw\n`);
          return ['run', renewal, '--inventory', bad, '--known-hosts', site.knownHosts, ...forScripts];
        },
        places: [/bad\.csv:6:\d+: /, /bad\.csv:7:\d+: /],
      },
      known_hosts: {
        words: async () => {
          const bad = path.join(operator.folder, 'bad_hosts');
          await writeFile(bad, `${await readFile(site.knownHosts, 'utf8')}box ssh-rsa AAAA!!\nnonsense\n`);
          return ['run', renewal, '--inventory', site.inventory, '--known-hosts', bad, ...forScripts];
        },
        places: [/bad_hosts:5:\d+: /, /bad_hosts:6:\d+: /],
      },
      'a missing file': {
        words: () =>
          Promise.resolve([
            'run',
            renewal,
            '--inventory',
            'nowhere.csv',
            '--known-hosts',
            'none',
            ...forScripts,
          ]),
        places: [/nowhere\.csv: /, /none: /],
      },
    };
    for (const [what, { words, places }] of Object.entries(faults)) {
      it(`${what}: exit 2, every fault with its place`, async () => {
        const typed = await operator.type(...(await words()));
        assert.equal(typed.code, 2, typed.stderr);
        for (const place of places) assert.match(typed.stderr, place);
        const { kind, exitCode, issues } = document<{ kind: string; exitCode: number; issues: unknown[] }>(
          typed,
        );
        assert.deepEqual([kind, exitCode, issues.length], ['error', 2, places.length]);
      });
    }

    it('nobody to ask and no yes: exit 2', async () => {
      assert.equal((await operator.type('run', renewal, ...site.files, '--no-input')).code, 2);
    });

    it('no box was logged in to and no server was started', async () => {
      const { managers, devices } = await site.truth();
      assert.deepEqual(
        [...managers, ...devices].map(({ logins }) => logins.attempts),
        [0, 0, 0, 0],
      );
      assert.equal(operator.processes(), undefined);
    });
  });

  describe('in the night of the change', () => {
    let done: RunDocument;

    it('certs looks: exit 0', async () => {
      const typed = await operator.type('certs', ...site.files);
      assert.equal(typed.code, 0, typed.stderr);
      assert.match(typed.stdout, /InternalCA +40 days left/);
      assert.match(typed.stdout, /ftd02 .*down/);
    });

    it('a plan with a box whose disk is full: exit 3, by name; run refuses the same', async () => {
      const full = ['/', '/var', '/ngfw', '/Volume'];
      for (const mount of full) await site.control.fault('freeBytes', { box: 'ftd02', mount, bytes: 0 });
      const plan = await operator.type('plan', renewal, ...site.files);
      const check = await operator.type('check', renewal, ...site.files);
      const run = await operator.type('run', renewal, ...site.files, ...forScripts);
      for (const mount of full) await site.control.fault('freeBytes', { box: 'ftd02', mount, bytes: 1e9 });
      assert.equal(plan.code, 3, plan.stderr);
      assert.match(plan.stdout, /ftd02/);
      assert.equal(check.code, 3, check.stderr);
      assert.match(check.stdout, /^NO-GO/);
      assert.match(check.stdout, /What forbids it\n.*ftd02: Only 0 KB free/);
      assert.equal(run.code, 3, run.stderr);
      assert.equal(document<Plan>(run).runnable, false);
      assert.equal((await site.truth()).managers[0]?.generateStarts, 0);
    });

    it('plan: exit 0, a plan file, nothing changed', async () => {
      const typed = await operator.type('plan', renewal, ...site.files, '-o', 'json');
      assert.equal(typed.code, 0, typed.stderr);
      const plan = document<Plan>(typed);
      assert.equal(plan.runnable, true);
      const file = /^plan: (.+)$/m.exec(typed.stderr)?.[1] ?? '';
      assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), plan);
      assert.equal((await site.truth()).managers[0]?.generateStarts, 0);
    });

    it('check: exit 0, a page to print, and what has changed since the last look; nothing changed', async () => {
      const html = path.join(operator.folder, 'night.html');
      const typed = await operator.type(
        ...['check', renewal, ...site.files, '-o', 'json', '--html', html, '--change', 'CHG0042'],
      );
      assert.equal(typed.code, 0, typed.stderr);
      const { verdict, changes, pointOfNoReturn } = document<Check>(typed);
      assert.equal(verdict, 'go-with-open-points');
      assert.equal(pointOfNoReturn.path, 'generate/launch');
      assert.deepEqual(changes.lines, []);
      assert.match(await readFile(html, 'utf8'), /CHG0042[^]*point of no return/);
      assert.equal((await site.truth()).managers[0]?.generateStarts, 0);
    });

    it('run for scripts: exit 0, one document, and the boxes are so', async () => {
      const before = await site.truth();
      const typed = await operator.type('run', renewal, ...site.files, ...forScripts, '--change', 'CHG0042');
      assert.equal(typed.code, 0, typed.stderr);
      done = document<RunDocument>(typed);

      const truth = await site.truth();
      const manager = truth.managers[0];
      assertGeneratedOnce(truth);
      for (const device of truth.devices) assertHoldsNewSet(truth, device);
      assert.equal(deviceNamed(truth, 'ftd02').managers[0]?.tunnel.up, true);

      assert.equal(done.schemaVersion, 1);
      assert.equal(done.run, `renew/${manager?.uuid ?? ''}`);
      assert.deepEqual([done.outcome, done.exitCode, done.changeId], ['done', 0, 'CHG0042']);
      assert.equal(done.startedBy.approval, 'unattended');
      const shown = done.managers[0] as unknown as Record<string, { fingerprint: string }>;
      assert.equal(shown['oldCa']?.fingerprint, before.managers[0]?.caFingerprint);
      assert.equal(shown['newCa']?.fingerprint, manager?.caFingerprint);
      assert.equal(shown['generations'], 1);
      const fields = [
        'uuid',
        'case',
        'rung',
        'phase',
        'proven',
        'oldFingerprint',
        'newFingerprint',
        'question',
        'leftToDo',
      ];
      for (const device of done.devices) {
        for (const field of fields) assert.ok(field in device, `${device.name} ${field}`);
        const held = deviceNamed(truth, device.name).managers[0];
        assert.equal(device['newFingerprint'], held?.certFingerprint);
        assert.equal(device['oldFingerprint'], deviceNamed(before, device.name).managers[0]?.certFingerprint);
        assert.equal(device.proven, device.name === 'ftd02', device.name);
        assert.equal(device.phase, device.name === 'ftd02' ? 'proven' : 'delivered');
        assert.equal(device['case'], device.name === 'ftd02' ? "A'" : 'A');
      }
      assert.ok(
        done.leftToDo.some((text) => text.includes('backup')),
        'a new backup is left to do',
      );
    });

    it('a plan afterwards: exit 0, nothing to generate', async () => {
      const typed = await operator.type('plan', renewal, ...site.files, '-o', 'json');
      assert.equal(typed.code, 0, typed.stderr);
      const { steps } = document<Plan>(typed);
      assert.equal(steps.find(({ path }) => path === 'generate/launch')?.status, 'not-needed');
    });

    it('status, list and watch of the closed run say the same', async () => {
      const status = await operator.type('status', '-o', 'json');
      assert.equal(status.code, 0, status.stderr);
      assert.deepEqual(document(status), done);
      const watch = await operator.type('watch', done.run, '-o', 'json');
      assert.equal(watch.code, 0, watch.stderr);
      assert.deepEqual(document(watch), done);
      const list = await operator.type('list', '-o', 'json');
      assert.deepEqual(
        document<{ runs: { run: string }[] }>(list).runs.map(({ run }) => run),
        [done.run],
      );
    });

    it('report writes its three files', async () => {
      const typed = await operator.type('report', '-o', 'json');
      assert.equal(typed.code, 0, typed.stderr);
      const { files } = document<{ files: Record<string, string> }>(typed);
      assert.deepEqual(Object.keys(files), ['html', 'text', 'json']);
      for (const file of Object.values(files)) assert.ok(existsSync(file), file);
      const html = await readFile(files['html'] ?? '', 'utf8');
      for (const text of ['ftd02', 'CHG0042', done.run]) assert.ok(html.includes(text), text);
    });
  });

  describe('with a device that stands at a question', () => {
    let branch: LabSite;
    let waiting: RunDocument & { questions: { commands: { verb: string; command: string }[] }[] };

    before(async () => {
      branch = await operator.lab('branch', { ftds: [{}, { name: "Köln 'old'", tunnel: 'down' }] });
    });

    it('run: exit 5, one document with the question and the commands that answer it', async () => {
      await branch.control.fault('holdGenerateAt', { phase: 'after-ca' });
      const typing = operator.type('run', renewal, ...branch.files, ...forScripts);
      await until(async () => (await branch.truth()).managers[0]?.heldPhases.includes('after-ca') ?? false);
      await branch.control.fault('sudoRefused', { box: "Köln 'old'" });
      await branch.control.fault('dropSsh', { box: "Köln 'old'" });
      await branch.control.fault('releaseGenerate');
      const typed = await typing;
      assert.equal(typed.code, 5, typed.stderr);
      waiting = document(typed);
      assert.deepEqual([waiting.outcome, waiting.exitCode, waiting.questions.length], ['waiting', 5, 1]);
      assert.equal(waiting.questions[0]?.box, "Köln 'old'");
      assert.deepEqual(
        waiting.questions[0]?.commands.map(({ verb }) => verb),
        ['retry', 'skip'],
      );
    });

    it('rollback without a reason: exit 2; while the renewal is open: exit 3, and nothing is written', async () => {
      const words = ['rollback', ...branch.files, '--device', 'ftd01', '--yes'];
      assert.equal((await operator.type(...words)).code, 2);
      const { managers, devices } = await branch.truth();
      const folder = devices
        .find(({ name }) => name === 'ftd01')
        ?.managers.find(({ managerUuid }) => managerUuid === managers[0]?.uuid)?.folder;
      const [ca = ''] = await Promise.all(
        ['cacert.pem', 'sftunnel-cert.pem', 'sftunnel-key.pem'].map(async (file) => {
          const text = await branch.control.file('ftd01', `${folder ?? ''}/${file}`);
          await branch.control.fault('putFile', {
            box: 'ftd01',
            path: `${folder ?? ''}/${file}.backup`,
            text,
          });
          return text;
        }),
      );
      const path = `${folder ?? ''}/cacert.pem`;
      await branch.control.fault('putFile', { box: 'ftd01', path, text: 'damaged' });
      const typed = await operator.type(...words, '--reason', 'damaged', '-o', 'json');
      assert.equal(typed.code, 3, typed.stderr);
      assert.match(typed.stderr, /PLAN_BLOCKED: renew\/\S+ is open: a run that changes the same boxes/);
      assert.equal(await branch.control.file('ftd01', path), 'damaged');
      await branch.control.fault('putFile', { box: 'ftd01', path, text: ca });
    });

    it('status: exit 5 and the same commands; of a dead worker, what the server has recorded', async () => {
      const [command] = waiting.questions[0]?.commands ?? [];
      const alive = await operator.type('status', waiting.run);
      assert.equal(alive.code, 5, alive.stderr);
      assert.ok(alive.stdout.includes(command?.command ?? '?'), alive.stdout);

      const { supervisor, worker } = operator.processes() ?? {};
      if (supervisor === undefined || worker?.process === undefined) assert.fail('there is no worker');
      process.kill(supervisor.pid, 'SIGSTOP');
      process.kill(worker.process.pid, 'SIGKILL');
      const dead = await operator
        .type('status', waiting.run, '-o', 'json')
        .finally(() => process.kill(supervisor.pid, 'SIGCONT'));
      assert.equal(dead.code, 5, dead.stderr);
      const record = document<{ kind: string; status: string; memo: { questions: { box: string }[] } }>(dead);
      assert.deepEqual([record.kind, record.status], ['record', 'RUNNING']);
      assert.equal(record.memo.questions[0]?.box, "Köln 'old'");
    });

    it('a skip without a reason: exit 2; a device that asks nothing: exit 3, and why', async () => {
      assert.equal((await operator.type('skip', waiting.run, '--device', "Köln 'old'")).code, 2);
      const retry = await operator.type('retry', waiting.run, '--device', 'ftd01');
      assert.deepEqual([retry.code, retry.stdout], [3, 'refused ftd01 is done.\n']);
    });

    it('the command that was shown, typed into a shell: the run goes on to its end', async () => {
      await branch.control.fault('sudoRefused', { box: "Köln 'old'", on: false });
      const retry = await operator.typeLine(waiting.questions[0]?.commands[0]?.command ?? '');
      assert.equal(retry.code, 0, retry.stderr);
      const typed = await operator.type('watch', waiting.run, '-o', 'json');
      assert.equal(typed.code, 0, typed.stderr);
      const end = document<RunDocument>(typed);
      assert.equal(end.outcome, 'done');
      assert.equal(end.decisions.at(-1)?.verb, 'retry');
      const truth = await branch.truth();
      assertGeneratedOnce(truth);
      for (const device of truth.devices) assertHoldsNewSet(truth, device);
    });
  });

  describe('afterwards', () => {
    it('down ends everything it started', async () => {
      const { supervisor, server, worker } = operator.processes() ?? {};
      const pids = [supervisor?.pid, server?.process?.pid, worker?.process?.pid];
      assert.ok(
        pids.every((pid) => pid !== undefined && !isGone(pid)),
        JSON.stringify(pids),
      );
      const typed = await operator.type('down');
      assert.equal(typed.code, 0, typed.stderr);
      await until(() => Promise.resolve(pids.every(isGone)));
      assert.equal(operator.processes(), undefined);
      assert.equal((await operator.type('down')).code, 0, 'a second time is no fault');
    });
  });
});
