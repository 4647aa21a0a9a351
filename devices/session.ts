import type { ErrorCode } from '../errors/index.ts';
import type { ApplianceProfile } from './profile.ts';
import type { Typed } from './standing.ts';

/** How a box is reached and who logs in. Built by the inventory; holds no secret, only ways to get one. */
export interface Endpoint {
  /** Name as the inventory has it; for messages. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Folder name of the family under `devices/families/`, or the dialogue to use while the family is not known. */
  readonly family: string;
  /** Host keys that are trusted for this box; anything else refuses the connection before a password is sent. */
  readonly hostKeys: readonly HostKey[];
  readonly credential: Credential;
  /** Jump hosts, nearest to the engine first. */
  readonly via?: readonly Endpoint[];
}

/** A public host key as in known_hosts: type and the base64 blob. */
export interface HostKey {
  readonly type: string;
  readonly blob: string;
  /** `@revoked` in known_hosts: a box that shows this key is refused. */
  readonly revoked?: boolean;
}

/** A login. Secrets are fetched when they are needed and never kept in an object that is logged or serialised. */
export interface Credential {
  /** Stable name; a refusal freezes everything with the same name. Never the secret or a digest of it. */
  readonly id: string;
  readonly username: string;
  password(): Promise<string>;
  /** Password for sudo; the login's unless the inventory says otherwise. */
  sudoPassword(): Promise<string>;
}

/** A login that a box refused, and what is not tried again because of it. Crosses the wire; holds nothing of the password. */
export interface Refusal {
  /** Of this refusal alone: a credential that is tried once more and refused again has another one. */
  readonly number: string;
  readonly credential: string;
  readonly code: ErrorCode;
  readonly text: string;
}

/** What a run knows of refusals, from all of its workers. */
export interface KnownRefusals {
  /** Not to be tried by any worker. */
  readonly standing?: readonly Refusal[];
  /** Numbers of those after which a person said "once more". */
  readonly settled?: readonly string[];
  /** Of a plan for which a person said so: what was refused before this worker has heard of it may be tried once more. */
  readonly oncePerPlan?: string;
}

/** What a command did. `output` is stdout and stderr as the terminal showed them: no echo, no ANSI, LF ends, secrets masked. */
export interface CommandResult {
  readonly status: number;
  readonly output: string;
}

export interface RunOptions {
  /** Default from the profile. On expiry: `SESSION_TIMEOUT`, and the session is closed, since its state is not known. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Accept any exit status; without it a status other than 0 throws `SESSION_COMMAND_FAILED`. */
  readonly anyStatus?: boolean;
}

/** How a file's bytes travel. `pty` shows them to whoever records the session. */
export type FileWay = 'sftp' | 'exec' | 'pty';

/**
 * A root shell on a box, at its sentinel prompt, for the time of one `withRoot` call.
 * Every method throws RunbookError; after SESSION_LOST or SESSION_TIMEOUT the shell is not usable any more.
 */
export interface RootShell {
  readonly profile: ApplianceProfile;
  /** What was seen on the way in: banner lines, CLISH `show version`, the states walked through. */
  readonly arrival: Arrival;
  /** Runs one command line in the root shell and waits for its sentinel. Reading or changing is the caller's matter. */
  run(command: string, options?: RunOptions): Promise<CommandResult>;
  /** Whole file, or undefined when it does not exist. `secret`: the bytes never enter the transcript. */
  readFile(path: string, options?: { secret?: boolean; maxBytes?: number }): Promise<Buffer | undefined>;
  /** Several files together, with few answers of the box where they are small. Those that do not exist have undefined. */
  readFiles(
    paths: readonly string[],
    options?: { secret?: boolean },
  ): Promise<ReadonlyMap<string, Buffer | undefined>>;
  /** Several questions with one answer of the box: what it costs is one round trip. */
  look<K extends string>(questions: Questions<K>): Promise<Answers<K>>;
  /**
   * Makes a NEW file (mode 0600, root) with exactly these bytes and proves it by checksum. An existing file of that name is
   * replaced: use a temporary name. `secret`: never in an argument list, echo, history or transcript; refused with
   * SESSION_ECHO_VISIBLE where that cannot be had.
   */
  writeFile(path: string, content: Buffer, options?: { secret?: boolean }): Promise<void>;
  /** As `writeFile`, for several files, by path; all are secret or none. */
  writeFiles(files: ReadonlyMap<string, Buffer>, options?: { secret?: boolean }): Promise<void>;
  /**
   * Would a secret file arrive? Sends random bytes there and back, and leaves nothing behind.
   * Throws what `writeFile` and `readFile` would: SESSION_ECHO_VISIBLE, SESSION_NO_SPACE, SESSION_COMMAND_FAILED, …
   */
  proveFiles(): Promise<void>;
  /** The way that secret and large files take on this box; found out when it is first wanted. */
  fileWay(): Promise<FileWay>;
}

/** What one line asks a box for. */
export interface Questions<K extends string> {
  /** Where the commands run, and files without a path of their own lie. If it is not there no file is, and every command has failed. */
  readonly folder?: string;
  /** Whole files that are no secret. */
  readonly files?: readonly string[];
  /** In their order, each in a subshell, whatever became of those before. */
  readonly commands?: Readonly<Record<K, string>>;
  /** For all of them together. Default from the profile. */
  readonly timeoutMs?: number;
}

export interface Answers<K extends string> {
  /** Whether the folder is there; true where none was named. */
  readonly isThere: boolean;
  /** By the path that was asked for. Those that do not exist have undefined. */
  readonly files: ReadonlyMap<string, Buffer | undefined>;
  /** Any status: that is an answer. */
  readonly answers: Readonly<Record<K, CommandResult>>;
}

/** What the box said of itself while the session walked to root. */
export interface Arrival {
  /** Names of the dialogue states in order, e.g. `['clish', 'expert', 'sudo-password', 'root']`. */
  readonly states: readonly string[];
  /** Text before the first prompt, ANSI removed. */
  readonly banner: string;
  /** Answers of the commands that the profile wants asked in a state on the way (e.g. `show version` in CLISH), by their name. */
  readonly asked: Readonly<Record<string, string>>;
}

/**
 * What becomes of a session at a prompt that no profile knows. One that is kept goes on when it is answered, or when its profile knows
 * the prompt by now; else whoever comes is told what it stands at.
 */
export interface AtUnknownPrompt {
  /** It is kept open, as it is: a person is going to be asked. Its id stands in the context of the error, as `standing`. */
  readonly keep: boolean;
  /** The one that the caller has left standing. Without an answer: it is closed, and the box is logged in to anew. */
  readonly standing?: string;
  /** Typed once, and only while the screen is the one that the person has seen (its digest, as in `standing`). */
  readonly answer?: { readonly screen: string; readonly typed: Typed };
  /** What looks like a question of a command is taken for one only when its time is over: before, it was none. */
  readonly patient?: boolean;
  /** Whatever stands there is closed: a person wants to begin anew. */
  readonly anew?: boolean;
}

/**
 * All sessions of a worker: one per box, re-used across steps, health-checked, closed when idle; logins spaced by a token
 * bucket; a refused credential is frozen for everyone at once; one connection to a jump host for many boxes behind it.
 */
export interface Sessions {
  /**
   * Gives `use` the root shell of a box; calls for one box wait for each other.
   * Throws DEVICE_UNREACHABLE, DEVICE_HOST_KEY_UNKNOWN, DEVICE_HOST_KEY_CHANGED, DEVICE_AUTH_FAILED, DEVICE_CREDENTIAL_FROZEN,
   * DEVICE_PASSWORD_EXPIRED, SESSION_PROMPT_UNKNOWN, SESSION_EXPERT_REFUSED, SESSION_SUDO_REFUSED, SESSION_LOST, …
   * `ask`: names of `asks` of the profile that are wanted as they are now; costs a login, since they are asked on the way in.
   */
  withRoot<T>(
    endpoint: Endpoint,
    use: (shell: RootShell) => Promise<T>,
    options?: { signal?: AbortSignal; ask?: readonly string[]; prompt?: AtUnknownPrompt },
  ): Promise<T>;
  /** Freezes what other workers met, and makes usable again what a person has settled; see {@link KnownRefusals}. */
  hear(known: KnownRefusals): void;
  /** Has the command ended by itself that this standing session waits in? Throws SESSION_GONE when it stands there no more. */
  commandHasEnded(standing: string): boolean;
  close(): Promise<void>;
}
