import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LabProcess } from '../lab-process.ts';
import { Watch } from '../processes.ts';
import type { Client, Round } from './client.ts';

/** The plain pool in its own process. Its first round is the cold one: the start of the process counts. */
export class Pool implements Client {
  readonly name: string;
  readonly #lab: LabProcess;
  readonly #lanes: number;
  #child: ChildProcessWithoutNullStreams | undefined;

  constructor(name: string, lab: LabProcess, lanes: number) {
    this.name = name;
    this.#lab = lab;
    this.#lanes = lanes;
  }

  async round(): Promise<Round> {
    const isFresh = this.#child === undefined;
    const child = (this.#child ??= this.#start());
    const watch = new Watch({ client: child.pid, lab: this.#lab.pid }, isFresh ? ['client'] : []);
    const beganAt = Date.now();
    child.stdin.write('go\n');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const used = watch.stop();
    const { failed } = JSON.parse(line.toString()) as { failed: string[] };
    return {
      workMs: used.wallMs,
      used,
      beganAt,
      notes: failed[0] === undefined ? {} : { failed: failed[0] },
    };
  }

  async stop(): Promise<void> {
    if (this.#child === undefined) return;
    this.#child.stdin.write('end\n');
    await once(this.#child, 'exit');
  }

  #start(): ChildProcessWithoutNullStreams {
    const main = fileURLToPath(new URL('./plain-pool.ts', import.meta.url));
    const child = spawn(process.execPath, [
      ...['--import', 'tsx', main],
      ...[this.#lab.file('jobs.json'), String(this.#lanes)],
    ]);
    child.stderr.pipe(process.stderr);
    return child;
  }
}
