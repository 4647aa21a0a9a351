import { RunbookError } from '../errors/index.ts';
import { CommandLine } from './dialogue/command-line.ts';
import { foundOpen } from './dialogue/way-back.ts';
import { Terminal } from './dialogue/terminal.ts';
import { Walk } from './dialogue/walk.ts';
import { chooseFileWay } from './files/choose.ts';
import { RootFiles } from './files/root-files.ts';
import { Files } from './files/shown-first.ts';
import type { LoginOutcome } from './logins/logins.ts';
import { createMask, type Mask } from './masking.ts';
import type { OpenOptions, OpenSession } from './open-session.ts';
import type { ApplianceProfile } from './profile.ts';
import type { Passage } from './routes/jump-host.ts';
import type { Arrival, Endpoint } from './session.ts';
import { AtPrompt, standAt, type Standing, type Typed } from './standing.ts';
import type { ByteStream, Connection } from './transport/transport.ts';

/** What a login has brought. */
export interface LoggedIn {
  readonly connection: Connection;
  readonly shell: ByteStream;
  /** To be masked; grows. */
  readonly secrets: string[];
  readonly passage: Passage | undefined;
}

/** The way from a fresh shell to the sentinel, and on to the way files travel. Where it stops at an unknown prompt it can go on from there. */
export class WayIn {
  readonly #endpoint: Endpoint;
  readonly #options: OpenOptions;
  readonly #loggedIn: LoggedIn;
  readonly #terminal: Terminal;
  readonly #mask: Mask;
  readonly #walk: Walk;
  #profile: ApplianceProfile;
  #signal: AbortSignal | undefined;
  #settle: ((outcome: LoginOutcome) => void) | undefined;

  constructor(endpoint: Endpoint, options: OpenOptions, loggedIn: LoggedIn) {
    const { profile, signal, ask, watch } = options;
    this.#endpoint = endpoint;
    this.#options = options;
    this.#loggedIn = loggedIn;
    this.#profile = profile;
    this.#signal = signal;
    this.#mask = (text) => createMask(loggedIn.secrets)(text);
    this.#terminal = new Terminal(loggedIn.shell, endpoint.name, this.#mask);
    this.#walk = new Walk(this.#terminal, {
      dialogue: profile.dialogue,
      secret: (kind) => this.#secret(kind),
      ...(signal === undefined ? {} : { signal }),
      ...(ask === undefined ? {} : { ask }),
      ...(watch === undefined ? {} : { watch: watch.walk }),
    });
  }

  /** Throws what the walk throws; {@link AtPrompt} where the session may be left standing. Closes nothing. */
  go(): Promise<OpenSession> {
    return this.#enter(() => this.#walk.run());
  }

  close(): void {
    this.#terminal.close();
    this.#loggedIn.connection.close();
    this.#loggedIn.passage?.leave();
  }

  async #enter(arrive: () => Promise<Arrival>): Promise<OpenSession> {
    const { logins, keep } = this.#options;
    try {
      const arrival = await arrive();
      this.#settle?.('accepted');
      return await this.#setUp(arrival);
    } catch (error) {
      // Frozen before the turn ends: the next one in the line must already see it.
      logins.note(this.#endpoint, error);
      this.#settle?.('unknown');
      if (keep === true && this.#mayStand(error)) throw new AtPrompt(this.#standing(error));
      throw error;
    }
  }

  async #setUp(arrival: Arrival): Promise<OpenSession> {
    const { connection, passage } = this.#loggedIn;
    const device = this.#endpoint.name;
    const commandLine = new CommandLine(this.#terminal, this.#profile);
    const root = new RootFiles(device, this.#profile, commandLine, this.#mask);
    const { dialogue } = this.#profile;
    const isFound = foundOpen(dialogue, arrival.states) !== undefined;
    await commandLine.setUp([...root.setUp, ...(isFound ? dialogue.openSetUp : [])], this.#signal);
    const login = {
      username: this.#endpoint.credential.username,
      landedIn: arrival.states[0] ?? '',
    };
    const { knownFileWay } = this.#options;
    const files = new Files(root, () => chooseFileWay(root, connection, login, knownFileWay));
    const session: OpenSession = {
      device,
      commandLine,
      files,
      arrival,
      mask: this.#mask,
      get isDead() {
        return commandLine.isDead || connection.isClosed;
      },
      rest: (close) => passage?.rest(close),
      wake: () => passage?.wake(),
      lostOnTheWay: () => (passage?.isClosed === true ? passage.hop.name : undefined),
      standing: (error) => this.#standingCommand(session, error),
      close: async () => {
        await commandLine.leave(arrival.states);
        this.close();
      },
    };
    return session;
  }

  async #secret(kind: 'password' | 'sudoPassword'): Promise<string> {
    const { credential } = this.#endpoint;
    const password = await credential.password();
    const text = kind === 'password' ? password : await credential.sudoPassword();
    this.#loggedIn.secrets.push(text);
    // The box has accepted the one; it says nothing of the other.
    if (text !== password)
      this.#settle ??= await this.#options.logins.takeTurn(this.#endpoint, 'sudo', this.#signal);
    return text;
  }

  /** A stop of the profile is no unknown prompt: what it asks is a matter for a person at the box. */
  #mayStand(error: unknown): error is RunbookError {
    return (
      error instanceof RunbookError &&
      error.code === 'SESSION_PROMPT_UNKNOWN' &&
      error.context['stop'] === undefined &&
      error.context['line'] !== undefined &&
      !this.#terminal.isClosed
    );
  }

  #standing(error: RunbookError): Standing {
    return standAt(this.#terminal, this.#endpoint, error, {
      ...this.#resting(),
      isKnownTo: (profile) => profile.name === this.#profile.name && this.#walk.isKnownTo(profile.dialogue),
      hasEnded: () => false,
      goOn: (profile, typed, signal) => {
        this.#take(typed, signal);
        this.#profile = profile;
        return this.#enter(() => this.#walk.goOn(profile.dialogue, typed, signal));
      },
      close: () => this.close(),
    });
  }

  #standingCommand(session: OpenSession, error: RunbookError): Standing {
    return standAt(this.#terminal, this.#endpoint, error, {
      ...this.#resting(),
      isKnownTo: () => session.commandLine.hasEnded,
      hasEnded: () => session.commandLine.hasEnded,
      goOn: async (_profile, typed, signal) => {
        if (typed === undefined && !session.commandLine.hasEnded) throw error;
        this.#take(typed, signal);
        try {
          await session.commandLine.goOn(typed, signal);
          return session;
        } catch (next) {
          const { atPrompt } = session.commandLine;
          throw atPrompt === undefined ? next : new AtPrompt(this.#standingCommand(session, atPrompt));
        }
      },
      close: () => void session.close(),
    });
  }

  #take(typed: Typed | undefined, signal: AbortSignal | undefined): void {
    this.#signal = signal;
    if (typed?.secret === true) this.#loggedIn.secrets.push(typed.text.replace(/\r$/, ''));
  }

  #resting(): Pick<Standing, 'isClosed' | 'rest' | 'wake'> {
    const { passage, connection } = this.#loggedIn;
    return {
      isClosed: () => this.#terminal.isClosed || connection.isClosed,
      rest: (close) => passage?.rest(close),
      wake: () => passage?.wake(),
    };
  }
}
