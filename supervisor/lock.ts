import { writeFileSync } from 'node:fs';

import lockfile from 'proper-lockfile';

import type { Home } from './home.ts';

/** Tries that are worth some minutes, e.g. while somebody else waits for a first download. */
const patient = 1200;

/** One process at a time starts or stops the supervisor of a home; a lock whose holder has died is taken over after 10 s. */
export async function withLock<T>(home: Home, work: () => Promise<T>): Promise<T> {
  const release = await take(home, patient);
  try {
    return await work();
  } finally {
    await release();
  }
}

/** As {@link withLock}, for what must be done in any case: after some seconds it goes on without the lock. */
export async function withLockIfFree<T>(home: Home, work: () => Promise<T>): Promise<T> {
  const release = await take(home, 20).catch(() => undefined);
  try {
    return await work();
  } finally {
    await release?.().catch(() => undefined);
  }
}

async function take(home: Home, retries: number): Promise<() => Promise<void>> {
  writeFileSync(home.lock, '', { flag: 'a', mode: 0o600 });
  return await lockfile.lock(home.lock, {
    stale: 10_000,
    retries: { retries, minTimeout: 100, maxTimeout: 250, factor: 1.2 },
  });
}
