import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Pace } from './lab/box.ts';
import type { Verdict } from './lab/main.ts';

/** The simulated boxes, in their own process. */
export class LabProcess {
  readonly folder: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.folder = folder;
  }

  static async start(folder: string, devices: number, pace: Pace): Promise<LabProcess> {
    const numbers = [devices, pace.commandMs, pace.restartMs, pace.tunnelMs].map(String);
    const main = fileURLToPath(new URL('./lab/main.ts', import.meta.url));
    const child = fork(main, [folder, ...numbers], { execArgv: ['--import', 'tsx'] });
    await once(child, 'message');
    return new LabProcess(child, folder);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  /** Every box as it was at the start. */
  async reset(): Promise<void> {
    this.#child.send('reset');
    await once(this.#child, 'message');
  }

  /** What the boxes say of the work that was to be done to them. */
  async verdict(): Promise<Verdict> {
    this.#child.send('verdict');
    const [verdict] = (await once(this.#child, 'message')) as [Verdict];
    return verdict;
  }

  async stop(): Promise<void> {
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }
}
