/**
 * `npm run bench [-- --devices N --lanes L --pace MS --runs R --lines --profile FOLDER --peers]`: what the same work costs a plain pool of ssh2 clients and the product,
 * on the same simulated boxes, in turn. Prints; asserts nothing. `--lines` shows what was typed at the FMC and at one device, `--profile`
 * keeps a CPU profile of the worker. `--peers` has other tools do the same work: installed into a Python of the bench's own, in the cache of the user.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Client } from './clients/client.ts';
import { Peer } from './clients/peer.ts';
import { Pool } from './clients/pool.ts';
import { Product } from './clients/product.ts';
import { LabProcess } from './lab-process.ts';
import { peerKinds, prepare, preparePython } from './peers/peers.ts';
import { table, type Measured } from './table.ts';

const { values: flags } = parseArgs({
  options: {
    devices: { type: 'string', default: '50' },
    lanes: { type: 'string', default: '64' },
    pace: { type: 'string', default: '0' },
    runs: { type: 'string', default: '1' },
    lines: { type: 'boolean', default: false },
    profile: { type: 'string' },
    peers: { type: 'boolean', default: false },
  },
});
const [devices, lanes, pace, runs] = [flags.devices, flags.lanes, flags.pace, flags.runs].map(Number) as [
  number,
  number,
  number,
  number,
];
const folder = mkdtempSync(path.join(os.tmpdir(), 'runbook-bench-'));
const say = (text: string): void => void process.stdout.write(`${text}\n`);

// With a pace the boxes take their time for the restart too, as real ones do.
const lab = await LabProcess.start(path.join(folder, 'lab'), devices, {
  commandMs: pace,
  restartMs: pace === 0 ? 0 : 2_000,
  tunnelMs: pace === 0 ? 0 : 5_000,
});
say(
  `${new Date().toISOString()}, ${String(os.cpus().length)} × ${os.cpus()[0]?.model ?? '?'}, Node ${process.versions.node}, load ${os
    .loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}\n` +
    `${String(devices)} devices, ${String(lanes)} at once, ${String(pace)} ms per command${pace === 0 ? '' : ', restart 2 s, tunnel up 5 s later'}; ${String(runs)} rounds`,
);
const warm = new Pool('plain pool, warm', lab, lanes);
const product = new Product(lab, path.join(folder, 'product'), lanes, flags.profile);
const rounds: Measured[] = [];

async function measure(client: Client, name: string = client.name): Promise<void> {
  await lab.reset();
  const round = await client.round();
  const verdict = await lab.verdict();
  rounds.push({ ...round, client: name, devices, done: verdict.done });
  const notes = Object.entries({
    ...round.notes,
    'first command after': `${String(verdict.firstLineAt - round.beganAt)} ms`,
    'lines per device': `${verdict.lines.device.toFixed(0)} and ${verdict.lines.manager.toFixed(1)} at the FMC`,
  }).map(([what, text]) => `${what} ${text}`);
  say(`  ${name}: ${(round.workMs / 1000).toFixed(2)} s${notes.length === 0 ? '' : `; ${notes.join('; ')}`}`);
  if (flags.lines)
    for (const [box, lines] of Object.entries(verdict.typed))
      say(`\n${name}, typed at ${box}:\n${lines.join('\n')}`);
  for (const [device, wrong] of Object.entries(verdict.wrong).slice(0, 3))
    say(`    ${device}: ${wrong.join('; ')}`);
}

/** A peer that cannot be had is named as not run. */
async function measurePeers(): Promise<void> {
  const prepared = preparePython();
  for (const kind of peerKinds) {
    const why = 'why' in prepared ? prepared.why : prepare(prepared.python, kind);
    if ('why' in prepared || why !== undefined) say(`  ${kind.name}: not run, ${why ?? ''}`);
    else for (let run = 1; run <= runs; run += 1) await measure(new Peer(kind, prepared.python, lab, lanes));
  }
}

async function end(): Promise<void> {
  await warm.stop();
  await product.stop();
  await lab.stop();
  rmSync(folder, { recursive: true, force: true });
}
// Interrupted, it leaves no server and no worker behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void end().finally(() => process.exit(1));
  });

try {
  await warm.round();
  for (let run = 1; run <= runs; run += 1) {
    const cold = new Pool('plain pool, cold', lab, lanes);
    await measure(cold);
    await cold.stop();
    await measure(warm);
    await measure(product, run === 1 ? 'product, first run' : 'product');
  }
  // It keeps its sessions for a while; boxes admit one at a time here.
  await product.stop();
  if (flags.peers) await measurePeers();
  say(`\n${table(rounds, warm.name)}`);
  say(
    '\nwork: of the product its stage `deliver`; its CPU is that of the whole run, reads before and after included.',
  );
} finally {
  await end();
}
