import { RunbookError } from '../errors/index.ts';
import { createRootShell } from './dialogue/root-shell.ts';
import { Logins } from './logins.ts';
import { openSession, type Connect, type OpenSession } from './open-session.ts';
import type { ApplianceProfile } from './profile.ts';
import type { Endpoint, FileWay, RootShell, Sessions } from './session.ts';

export interface SessionsOptions {
  /** By the name of the family; see `loadProfiles`. A function is asked at each use, so that an edit takes effect. */
  readonly profiles:
    ReadonlyMap<string, ApplianceProfile> | ((family: string) => ApplianceProfile | undefined);
  /** Logins begun per second, over all boxes. Default 10. */
  readonly loginsPerSecond?: number;
  /** Logins under way at once. Default 32. */
  readonly concurrentLogins?: number;
  /** A session that nobody uses is closed after this time. Default 60 s. */
  readonly idleCloseMs?: number;
  /** A session that was idle for this long must answer before it is used again. Default 5 s. */
  readonly checkAfterMs?: number;
  /** Default 15 s: how long that answer may take. */
  readonly checkTimeoutMs?: number;
  /** For tests. */
  readonly connect?: Connect;
}

/** All sessions of a worker; see {@link Sessions}. */
export function createSessions(options: SessionsOptions): Sessions {
  const logins = new Logins({
    perSecond: options.loginsPerSecond ?? 10,
    concurrent: options.concurrentLogins ?? 32,
  });
  const boxes = new Map<string, Box>();
  let isClosed = false;

  function profileOf(family: string): ApplianceProfile {
    const profile =
      typeof options.profiles === 'function' ? options.profiles(family) : options.profiles.get(family);
    if (profile !== undefined) return profile;
    throw new RunbookError('DEVICE_FAMILY_UNKNOWN', `There is no profile for the family "${family}".`, {
      remedy: `Add devices/families/${family}/profile.yaml, or correct the family in the inventory.`,
    });
  }

  return {
    async withRoot(endpoint, use, { signal, ask = [] } = {}) {
      if (isClosed) throw new RunbookError('ENGINE_INTERNAL', 'The sessions are closed.');
      const profile = profileOf(endpoint.family);
      const key = boxKey(endpoint);
      const box = boxes.get(key) ?? new Box(options, logins);
      boxes.set(key, box);
      try {
        return await box.inTurn(() => box.use(endpoint, profile, use, ask, signal), signal);
      } finally {
        if (box.isUnused) boxes.delete(key);
      }
    },
    thaw: (credentialId) => logins.thaw(credentialId),
    async close() {
      isClosed = true;
      await Promise.all([...boxes.values()].map((box) => box.close()));
      boxes.clear();
    },
  };
}

function boxKey(endpoint: Endpoint): string {
  const hops = [...(endpoint.via ?? []), endpoint];
  return hops.map((hop) => `${hop.credential.username}@${hop.host}:${hop.port}`).join(' ');
}

/** What a session proves: the login and the host keys of the box and of every hop before it. */
function proofOf(endpoint: Endpoint): string {
  const hops = [...(endpoint.via ?? []), endpoint];
  return JSON.stringify(hops.map((hop) => [hop.credential.id, hop.hostKeys]));
}

/** One box: its session, when there is one, and those who wait for it. */
class Box {
  readonly #options: SessionsOptions;
  readonly #logins: Logins;
  #session: OpenSession | undefined;
  #fileWay: FileWay | undefined;
  #openedWith: string | undefined;
  #lastUsedAt = 0;
  #idle: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: SessionsOptions, logins: Logins) {
    this.#options = options;
    this.#logins = logins;
  }

  get isUnused(): boolean {
    return this.#waiting === 0 && this.#session === undefined;
  }

  /** Runs `work` after everything that came before it. Who gives up while waiting leaves the queue at once. */
  async inTurn<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    this.#waiting += 1;
    const before = this.#last;
    let done = (): void => undefined;
    const mine = new Promise<void>((resolve) => (done = resolve));
    this.#last = before.then(() => mine);
    try {
      await orAborted(before, signal);
      return await work();
    } finally {
      done();
      this.#waiting -= 1;
    }
  }

  async use<T>(
    endpoint: Endpoint,
    profile: ApplianceProfile,
    use: (shell: RootShell) => Promise<T>,
    ask: readonly string[],
    signal?: AbortSignal,
  ): Promise<T> {
    clearTimeout(this.#idle);
    const session = await this.#ready(endpoint, profile, ask, signal);
    let isOpen = true;
    try {
      return await use(createRootShell(session, profile, () => isOpen));
    } finally {
      isOpen = false;
      this.#rest();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    this.#drop();
    await this.#last.catch(() => undefined);
    this.#drop();
  }

  async #ready(
    endpoint: Endpoint,
    profile: ApplianceProfile,
    ask: readonly string[],
    signal?: AbortSignal,
  ): Promise<OpenSession> {
    // What is asked on the way in can only be asked by a new session.
    if (ask.length > 0) this.#drop();
    if (this.#session !== undefined && !(await this.#isHealthy(this.#session))) this.#drop();
    // A living session proves what it was opened with; other host keys or another login have to prove themselves.
    if (this.#openedWith !== proofOf(endpoint)) this.#drop();
    if (this.#session !== undefined) return this.#session;
    this.#logins.checkFrozen(endpoint);
    this.#session = await this.#logins.within(
      () =>
        openSession(endpoint, {
          profile,
          logins: this.#logins,
          ask,
          ...(this.#options.connect === undefined ? {} : { connect: this.#options.connect }),
          ...(signal === undefined ? {} : { signal }),
          ...(this.#fileWay === undefined ? {} : { knownFileWay: this.#fileWay }),
        }),
      signal,
    );
    this.#fileWay = this.#session.files.way;
    this.#openedWith = proofOf(endpoint);
    return this.#session;
  }

  async #isHealthy(session: OpenSession): Promise<boolean> {
    if (session.isDead) return false;
    if (Date.now() - this.#lastUsedAt < (this.#options.checkAfterMs ?? 5_000)) return true;
    try {
      await session.commandLine.send(':', { timeoutMs: this.#options.checkTimeoutMs ?? 15_000 });
      return true;
    } catch {
      return false;
    }
  }

  #rest(): void {
    this.#lastUsedAt = Date.now();
    if (this.#session?.isDead === true) this.#drop();
    if (this.#session === undefined) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#drop(), this.#options.idleCloseMs ?? 60_000);
    this.#idle.unref();
  }

  #drop(): void {
    this.#session?.close();
    this.#session = undefined;
  }
}

function orAborted(before: Promise<unknown>, signal?: AbortSignal): Promise<unknown> {
  if (signal === undefined) return before;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    void before.then((value) => {
      signal.removeEventListener('abort', onAbort);
      resolve(value);
    });
  });
}
