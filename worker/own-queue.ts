import { randomUUID } from 'node:crypto';
import type { Worker } from '@temporalio/worker';

/**
 * A task queue of this worker alone, for steps that need a session which it holds. It is polled only once somebody has asked for its
 * name: most workers never hold one.
 */
export class OwnQueue {
  readonly #name: string;
  readonly #create: (taskQueue: string) => Promise<Worker>;
  #isEnding: () => boolean = () => false;
  #worker: Promise<{ readonly worker: Worker; readonly over: Promise<void> }> | undefined;

  constructor(queue: string, create: (taskQueue: string) => Promise<Worker>) {
    this.#name = `${queue}-worker-${randomUUID()}`;
    this.#create = create;
  }

  async name(): Promise<string> {
    this.#worker ??= this.#create(this.#name).then((worker) => {
      this.#isEnding = () => worker.getState() !== 'RUNNING';
      return { worker, over: worker.run() };
    });
    await this.#worker;
    return this.#name;
  }

  /** What only waits there is to make room for the end. */
  get isEnding(): boolean {
    return this.#isEnding();
  }

  /** Drains it, where it is polled. */
  async close(): Promise<void> {
    const own = await this.#worker;
    if (own === undefined) return;
    // With the process all of its workers are told to stop; a second time is an error.
    if (own.worker.getState() === 'RUNNING') own.worker.shutdown();
    await own.over;
  }
}
