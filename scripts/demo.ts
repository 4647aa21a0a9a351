/**
 * `npm run demo [-- --keep | --crash | --expired]`: a whole renewal on this machine, with the commands that an operator types.
 * Judged at the end by the lab's truth, not by what the product says of itself.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, styleText } from 'node:util';
import { ControlClient, type LabTruth } from '../lab/index.ts';
import { readSupervisorState, runbookHome } from '../supervisor/index.ts';

const { values: flags } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    crash: { type: 'boolean', default: false },
    expired: { type: 'boolean', default: false },
  },
});

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'runbook-demo-'));
const labFolder = path.join(folder, 'lab');
const files = [
  '--inventory',
  path.join(labFolder, 'devices.csv'),
  '--known-hosts',
  path.join(labFolder, 'known_hosts'),
];
// The lab's boxes are quicker than real ones; looking more often shows more.
const settings = path.join(folder, 'settings.yaml');
writeFileSync(
  settings,
  'loginsPerSecond: 20\npollGenerateEvery: 500ms\nverify: { every: 1s, parkAfter: 2m, secondLookAfter: 2s }\n',
);
const env = { ...process.env, RUNBOOK_HOME: path.join(folder, 'home'), RUNBOOK_SETTINGS: settings };

function title(text: string): void {
  process.stdout.write(`\n${styleText('bold', `── ${text}`)}\n`);
}

/** Runs the CLI on our own terminal, shows the command first, and answers its exit code. */
async function runbook(...args: string[]): Promise<number> {
  process.stdout.write(`${styleText('dim', `$ npx runbook ${args.join(' ')}`)}\n`);
  const child = spawn(process.execPath, [path.join(root, 'cli', 'bin.js'), ...args], {
    cwd: folder,
    env,
    stdio: 'inherit',
  });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? (signal === null ? 1 : 128));
    });
  });
}

async function mustDo(...args: string[]): Promise<void> {
  const code = await runbook(...args);
  if (code !== 0) throw new Error(`runbook ${args[0] ?? ''} ended with ${String(code)}`);
}

async function until(what: string, holds: (truth: LabTruth) => boolean, lab: ControlClient): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (holds(await lab.state())) return;
    await sleep(100);
  }
  throw new Error(`waited a minute for: ${what}`);
}

async function killWorker(when: string): Promise<void> {
  const pid = readSupervisorState(runbookHome(env))?.worker.process?.pid;
  if (pid === undefined) throw new Error('no worker is running');
  process.kill(pid, 'SIGKILL');
  process.stdout.write(
    `${styleText('red', `✂ worker ${String(pid)} killed (SIGKILL) ${when}; the supervisor starts another one`)}\n`,
  );
  await sleep(500);
}

/** Kills the worker while the FMC is generating, and again while a device is half-way through its delivery. */
async function crash(lab: ControlClient): Promise<void> {
  const device =
    (await lab.state()).devices.find((candidate) => !candidate.managers.some(({ tunnel }) => tunnel.up))
      ?.name ?? '';
  await lab.fault('holdGenerateAt', { phase: 'after-ca' });
  await lab.fault('holdBefore', { box: device, path: '/sftunnel-cert\\.pem$' });
  await until('the generation', (truth) => truth.managers[0]?.heldPhases.includes('after-ca') ?? false, lab);
  await killWorker('while generate_certs.pl makes the new CA');
  await lab.fault('releaseGenerate');
  await until('the delivery', (truth) => truth.devices.some(({ heldRename }) => heldRename), lab);
  await killWorker(`while ${device} is half-way through its delivery`);
  await lab.fault('dropSsh', { box: device });
  await lab.fault('releaseHold', { box: device });
}

/** What the boxes themselves say at the end; an empty list is a good end. */
function judge(before: LabTruth, after: LabTruth): string[] {
  const faults: string[] = [];
  const manager = after.managers[0];
  if (manager?.generations.length !== 1)
    faults.push(`generated ${String(manager?.generations.length)} times`);
  for (const device of after.devices) {
    const held = device.managers[0];
    const was = before.devices.find(({ name }) => name === device.name)?.managers[0]?.tunnel;
    if (
      held?.fitsTogether !== true ||
      !held.issuedToThisDevice ||
      held.caFingerprint !== manager?.caFingerprint
    )
      faults.push(`${device.name} does not hold its new set`);
    if (held?.tunnel.up !== true) faults.push(`the tunnel of ${device.name} is down`);
    if (was?.up === true && held?.tunnel.restarts !== 0)
      faults.push(`the living tunnel of ${device.name} was restarted`);
    if (held !== undefined && held.leftovers.length > 0)
      faults.push(`${device.name} has leftovers: ${held.leftovers.join(', ')}`);
  }
  return faults;
}

async function demo(): Promise<void> {
  title('Start: a Temporal server with a database file, a worker, and a lab that stands in for the boxes');
  await mustDo('up');
  await mustDo('lab', 'up', '--dir', labFolder, '--preset', flags.expired ? 'expired' : 'demo');
  const lab = await ControlClient.open(labFolder);
  const before = await lab.state();

  title('How bad is it?');
  await mustDo('certs', ...files);

  title('What would be done? (changes nothing)');
  const plan = path.join(folder, 'plan.json');
  await mustDo('plan', 'renew-sftunnel-ca', ...files, '--out', plan);

  title('Do it');
  const [code] = await Promise.all([
    runbook('run', 'renew-sftunnel-ca', ...files, '--plan', plan, '--yes', '--change', 'DEMO-1'),
    flags.crash ? crash(lab) : undefined,
  ]);
  if (code !== 0) throw new Error(`the run ended with ${String(code)}`);

  title('The report');
  const report = path.join(root, 'demo-report');
  await mustDo('report', '--out', report);

  title('What the boxes themselves say (read by the lab, not by the product)');
  const after = await lab.state();
  const faults = judge(before, after);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const manager = after.managers[0];
  process.stdout.write(
    `${styleText('green', '✓')} generated ${String(manager?.generations.length)} time, ${String(after.devices.length)} devices hold their own new set, ` +
      `${String(after.devices.filter(({ managers }) => managers[0]?.tunnel.up).length)} tunnels up, no living tunnel restarted\n`,
  );
  if (flags.crash)
    process.stdout.write(`${styleText('green', '✓')} the worker was killed twice on the way\n`);
}

async function cleanUp(): Promise<void> {
  await runbook('lab', 'down', '--dir', labFolder);
  await runbook('down');
  rmSync(folder, { recursive: true, force: true });
}

let failure: unknown;
try {
  await demo();
} catch (thrown) {
  failure = thrown;
  process.exitCode = 1;
}
if (failure !== undefined)
  process.stderr.write(
    `\n${styleText('red', '✗')} ${failure instanceof Error ? failure.message : 'it failed'}\n`,
  );
if (flags.keep) {
  const ui = readSupervisorState(runbookHome(env))?.uiUrl ?? '';
  title('Left running');
  process.stdout.write(
    `Temporal UI  ${ui}\nTo go on     export RUNBOOK_HOME=${env.RUNBOOK_HOME} RUNBOOK_SETTINGS=${settings}\n             npx runbook status; npx runbook lab state --dir ${labFolder}\nTo end it    npx runbook lab down --dir ${labFolder}; npx runbook down; rm -r ${folder}\n`,
  );
} else {
  title('Clean up');
  await cleanUp();
}
