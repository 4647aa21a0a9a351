import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LabProcess } from '../lab-process.ts';
import type { PeerKind } from '../peers/peers.ts';
import { Watch } from '../processes.ts';
import type { Client, Round } from './client.ts';

interface Said {
  readonly failed: readonly string[];
  readonly cpuMs: number;
  /** Of its largest process. */
  readonly peakMib: number;
}

/** One of the peers: a process that is started for each round, as somebody would start it for a delivery. */
export class Peer implements Client {
  readonly name: string;
  readonly #kind: PeerKind;
  readonly #python: string;
  readonly #lab: LabProcess;
  readonly #lanes: number;

  constructor(kind: PeerKind, python: string, lab: LabProcess, lanes: number) {
    this.name = kind.name;
    this.#kind = kind;
    this.#python = python;
    this.#lab = lab;
    this.#lanes = lanes;
  }

  async round(): Promise<Round> {
    const script = fileURLToPath(new URL(`../peers/${this.#kind.script}`, import.meta.url));
    const beganAt = Date.now();
    const child = spawn(
      this.#python,
      [script, this.#lab.file('jobs.json'), String(this.#lanes), this.#lab.file('known_hosts')],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } },
    );
    const watch = new Watch({ client: child.pid, lab: this.#lab.pid }, ['client']);
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.err = (said.err + chunk.toString()).slice(-2_000)));
    const [code] = (await once(child, 'close')) as [number | null];
    const used = watch.stop();
    const line = said.out.trim().split('\n').at(-1) ?? '';
    if (!line.startsWith('{')) {
      const why = said.err.trim().split('\n').at(-1) ?? '';
      return { workMs: used.wallMs, used, beganAt, notes: { failed: `ended with ${String(code)}: ${why}` } };
    }
    const { failed, cpuMs, peakMib } = JSON.parse(line) as Said;
    return {
      workMs: used.wallMs,
      // It knows best what its own processes have used.
      used: {
        ...used,
        cpuMs: { ...used.cpuMs, client: cpuMs },
        peakMib: { ...used.peakMib, client: peakMib },
      },
      beganAt,
      notes: failed[0] === undefined ? {} : { failed: failed[0] },
    };
  }

  async stop(): Promise<void> {
    // Nothing of it is left.
  }
}
