import { setMaxListeners } from 'node:events';
import { RunbookError } from '../errors/index.ts';
import { createRootShell } from './dialogue/root-shell.ts';
import { logIn, type Connect } from './logins/log-in.ts';
import { Logins } from './logins/logins.ts';
import { openSession, type OpenSession } from './open-session.ts';
import { orAborted } from './or-aborted.ts';
import type { ApplianceProfile } from './profile.ts';
import { profileOf } from './profile-of.ts';
import { Resting } from './resting.ts';
import { Routes } from './routes/routes.ts';
import { SameBox } from './same-box.ts';
import type { Endpoint, FileWay, RootShell, Sessions } from './session.ts';
import { AtPrompt, type Standing } from './standing.ts';
import { StandingPlace } from './standing-place.ts';

export interface SessionsOptions {
  /** By the name of the family; see `loadProfiles`. A function is asked at each use, so that an edit takes effect. */
  readonly profiles:
    ReadonlyMap<string, ApplianceProfile> | ((family: string) => ApplianceProfile | undefined);
  /** Logins begun per second in the long run, over all boxes and jump hosts. Default 10. */
  readonly loginsPerSecond?: number;
  /** Logins begun at once after a rest. Default 10. */
  readonly loginBurst?: number;
  /** Logins under way at once. Default 16. */
  readonly concurrentLogins?: number;
  /** Logins that have the same password on its way at once, when a box has accepted it before. Default 1. */
  readonly samePasswordAtOnce?: number;
  /** A session, or a connection to a jump host, that nobody uses is closed after this time. Default 60 s. */
  readonly idleCloseMs?: number;
  /** So many sessions are kept open that nobody uses. Default 200. */
  readonly keepIdle?: number;
  /** Boxes behind one connection to a jump host. Default 64. */
  readonly jumpChannels?: number;
  /** Connections to one jump host. Default 4. */
  readonly jumpConnections?: number;
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
    burst: options.loginBurst ?? 10,
    concurrent: options.concurrentLogins ?? 16,
    samePasswordAtOnce: options.samePasswordAtOnce ?? 1,
  });
  const limits = {
    channels: options.jumpChannels ?? 64,
    connections: options.jumpConnections ?? 4,
    idleCloseMs: options.idleCloseMs ?? defaultIdleCloseMs,
  };
  const routes = new Routes(
    limits,
    (hop, open) =>
      logins.within(async () =>
        logIn(hop, {
          profile: profileOf(hop.family, options.profiles),
          logins,
          stream: await open?.(),
          secrets: [],
          ...(options.connect === undefined ? {} : { connect: options.connect }),
        }),
      ),
    (hop) => profileOf(hop.family, options.profiles).timeouts.connect,
  );
  const resting = new Resting(options.keepIdle ?? 200);
  const shared: Shared = {
    options,
    logins,
    routes,
    resting,
    standing: new Resting(mostStanding),
    standings: new Map(),
  };
  const sameBox = new SameBox();
  const boxes = new Map<string, Box>();
  let isClosed = false;

  return {
    async withRoot(endpoint, use, wishes = {}) {
      const { signal } = wishes;
      if (isClosed) throw new RunbookError('ENGINE_INTERNAL', 'The sessions are closed.');
      // As many may wait on one signal as one caller wants; all of them leave it, so that many are no leak.
      if (signal !== undefined) setMaxListeners(0, signal);
      const profile = profileOf(endpoint.family, options.profiles);
      const key = sameBox.keyOf(endpoint);
      const box = boxes.get(key) ?? new Box(shared);
      boxes.set(key, box);
      try {
        return await box.inTurn(() => box.use(endpoint, profile, use, wishes), signal);
      } finally {
        if (box.isUnused) boxes.delete(key);
      }
    },
    hear: (known) => logins.hear(known),
    commandHasEnded(standing) {
      const found = shared.standings.get(standing);
      if (found?.isClosed() === false) return found.hasEnded();
      throw new RunbookError('SESSION_GONE', 'The session that stood at a prompt of a command is gone.');
    },
    async close() {
      isClosed = true;
      await Promise.all([...boxes.values()].map((box) => box.close()));
      boxes.clear();
      routes.close();
    },
  };
}

/** What a session proves: the login and the host keys of the box and of every hop before it. */
function proofOf(endpoint: Endpoint): string {
  const hops = [...(endpoint.via ?? []), endpoint];
  return JSON.stringify(hops.map((hop) => [hop.host, hop.port, hop.credential.id, hop.hostKeys]));
}

const defaultIdleCloseMs = 60_000;
/** So many sessions are kept at unknown prompts: enough for all boxes of a shard that ask the same. */
const mostStanding = 200;

/** What all boxes of a worker share. */
interface Shared {
  readonly options: SessionsOptions;
  readonly logins: Logins;
  readonly routes: Routes;
  readonly resting: Resting;
  readonly standing: Resting;
  readonly standings: Map<string, Standing>;
}

type Wishes = NonNullable<Parameters<Sessions['withRoot']>[2]>;

/** One box: its session, when there is one, and those who wait for it. */
class Box {
  readonly #shared: Shared;
  readonly #standing: StandingPlace;
  /** The one before is being left; two at once are too many. */
  #left: Promise<void> | undefined;
  #session: OpenSession | undefined;
  #fileWay: FileWay | undefined;
  #openedWith: string | undefined;
  #lastUsedAt = 0;
  #idle: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(shared: Shared) {
    this.#shared = shared;
    this.#standing = new StandingPlace(shared.standing, shared.standings);
  }

  get isUnused(): boolean {
    return this.#waiting === 0 && this.#session === undefined && this.#standing.isEmpty;
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
    wishes: Wishes,
  ): Promise<T> {
    this.#wake();
    const session = await this.#ready(endpoint, profile, wishes);
    let isOpen = true;
    // Where nobody can be asked a command has all of its time.
    session.commandLine.seesQuestions = wishes.prompt?.keep === true && wishes.prompt.patient !== true;
    try {
      return await use(createRootShell(session, profile, () => isOpen));
    } catch (error) {
      if (wishes.prompt?.keep === true && session.commandLine.atPrompt !== undefined) {
        this.#session = undefined;
        throw this.#standing.keep(session.standing(session.commandLine.atPrompt));
      }
      throw withRoute(error, session);
    } finally {
      isOpen = false;
      this.#rest();
    }
  }

  async close(): Promise<void> {
    this.#wake();
    this.#drop();
    this.#standing.close();
    await this.#last.catch(() => undefined);
    this.#drop();
    this.#standing.close();
    await this.#left;
  }

  async #ready(
    endpoint: Endpoint,
    profile: ApplianceProfile,
    { ask = [], signal, prompt = { keep: false } }: Wishes,
  ): Promise<OpenSession> {
    const back = await this.#standing.take(endpoint, profile, prompt, signal);
    if (back !== undefined) {
      this.#session = back;
      return back;
    }
    // What is asked on the way in can only be asked by a new session.
    if (ask.length > 0) this.#drop();
    if (this.#session !== undefined && !(await this.#isHealthy(this.#session))) this.#drop();
    // A living session proves what it was opened with; other host keys or another login have to prove themselves.
    if (this.#openedWith !== proofOf(endpoint)) this.#drop();
    if (this.#session !== undefined) return this.#session;
    const { logins, routes, options } = this.#shared;
    this.#openedWith = proofOf(endpoint);
    await this.#left;
    this.#session = await openSession(endpoint, {
      profile,
      logins,
      routes,
      ask,
      keep: prompt.keep,
      ...(options.connect === undefined ? {} : { connect: options.connect }),
      ...(signal === undefined ? {} : { signal }),
      ...(this.#fileWay === undefined ? {} : { knownFileWay: this.#fileWay }),
    }).catch((thrown: unknown) => {
      throw thrown instanceof AtPrompt ? this.#standing.keep(thrown.standing) : thrown;
    });
    return this.#session;
  }

  async #isHealthy(session: OpenSession): Promise<boolean> {
    if (session.isDead) return false;
    if (Date.now() - this.#lastUsedAt < (this.#shared.options.checkAfterMs ?? 5_000)) return true;
    try {
      await session.commandLine.send(':', { timeoutMs: this.#shared.options.checkTimeoutMs ?? 15_000 });
      return true;
    } catch {
      return false;
    }
  }

  #rest(): void {
    this.#lastUsedAt = Date.now();
    // Where a command waits at a prompt and nobody is going to answer it, the session is of no use any more.
    if (this.#session?.isDead === true || this.#session?.commandLine.atPrompt !== undefined) this.#drop();
    if (this.#session === undefined) return;
    const close = (): void => this.#drop();
    this.#idle = setTimeout(close, this.#shared.options.idleCloseMs ?? defaultIdleCloseMs).unref();
    this.#shared.resting.put(this, close);
    this.#session.rest(close);
  }

  #wake(): void {
    clearTimeout(this.#idle);
    this.#shared.resting.take(this);
    this.#session?.wake();
  }

  #drop(): void {
    this.#wake();
    this.#fileWay = this.#session?.files.chosen ?? this.#fileWay;
    if (this.#session === undefined) return;
    this.#left = this.#session.close();
    this.#session = undefined;
  }
}

/** A session that ended because the jump host before the box did: then all boxes behind it have the same trouble. */
function withRoute(error: unknown, session: OpenSession): unknown {
  const hop = session.lostOnTheWay();
  if (hop !== undefined && error instanceof RunbookError && error.code === 'SESSION_LOST') {
    error.context.cause ??= `route:${hop}`;
    error.context.hop ??= hop;
  }
  return error;
}
