import type { Clock } from './clock.ts';

/** A clock that jumps to the next thing that is due, as soon as nothing else is left to do. */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  #due: { at: number; order: number; work: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, work: () => void): () => void {
    const entry = { at: this.#now + ms, order: (this.#order += 1), work };
    this.#due.push(entry);
    return () => {
      const at = this.#due.indexOf(entry);
      if (at >= 0) this.#due.splice(at, 1);
    };
  }

  /** Lets time pass until `work` is settled. */
  async run<T>(work: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = (): void => void (isSettled = true);
    work.then(settled, settled);
    for (;;) {
      await new Promise(setImmediate);
      if (isSettled) return work;
      const next = this.#due.sort((a, b) => a.at - b.at || a.order - b.order).shift();
      if (next === undefined) throw new Error('nothing is left that could happen');
      this.#now = next.at;
      next.work();
    }
  }
}
