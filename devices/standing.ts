import { createHash, randomUUID } from 'node:crypto';
import type { RunbookError } from '../errors/index.ts';
import type { Terminal } from './dialogue/terminal.ts';
import type { OpenSession } from './open-session.ts';
import type { ApplianceProfile } from './profile.ts';
import type { Endpoint } from './session.ts';

/** What a person has answered, as it is typed. */
export interface Typed {
  readonly text: string;
  /** Masked wherever it is shown afterwards. */
  readonly secret: boolean;
}

/** How a session that stands goes on; throws {@link AtPrompt} where it comes to the next unknown prompt. */
export interface WayOn {
  /** The prompt was unknown to the profile of then, and this one knows it. */
  isKnownTo(profile: ApplianceProfile): boolean;
  /** It stood at a command, and that has ended without an answer. */
  hasEnded(): boolean;
  goOn(profile: ApplianceProfile, typed: Typed | undefined, signal?: AbortSignal): Promise<OpenSession>;
  isClosed(): boolean;
  rest(close: () => void): void;
  wake(): void;
  close(): void;
}

/** A session that stands at a prompt which no profile knows. It is kept as it is until a person has answered, or begins anew. */
export interface Standing extends WayOn {
  readonly id: string;
  /** What it stopped with. */
  readonly error: RunbookError;
  /** Of what it shows now. */
  screen(): string;
  /** The same session with what it shows now; `why` goes into the error. */
  again(why: string): Standing;
}

/** What the context of an error says of the session that it has left standing. */
export interface StandingRef {
  readonly id: string;
  /** `host:port` of the box it is on. */
  readonly box: string;
  /** Digest of what it showed. */
  readonly screen: string;
  /** A command was under way: nobody knows yet what it has done. */
  readonly inCommand?: true;
  /** The command may end without an answer: whoever asks a person can have its end watched for. */
  readonly mayEnd?: true;
}

/** Thrown in place of the error by those who can leave a session standing. */
export class AtPrompt extends Error {
  readonly standing: Standing;

  constructor(standing: Standing) {
    super(standing.error.message);
    this.standing = standing;
  }
}

/** Writes into the context of the error what the answer needs, and what many boxes that show the same have in common. */
export function standAt(terminal: Terminal, endpoint: Endpoint, error: RunbookError, way: WayOn): Standing {
  const id = randomUUID();
  error.context.device ??= endpoint.name;
  error.context.address ??= `${endpoint.host}:${String(endpoint.port)}`;
  const screen = (): string => digest(terminal.screen());
  const { inCommand } = error.context;
  const told: StandingRef = {
    id,
    box: `${endpoint.host}:${String(endpoint.port)}`,
    screen: screen(),
    ...(inCommand === true ? { inCommand, mayEnd: true } : {}),
  };
  error.context['standing'] = told;
  error.context.state ??= 'The session is kept open at this prompt; nothing more was typed.';
  error.context.remedy ??=
    'Read the lines shown. Answer them (`answer --send`), or describe the prompt in the profile of the family (docs/guides/unknown-prompt.md) and retry.';
  error.context.cause = `prompt:${digest(alike(terminal.screen(), endpoint)).slice(0, 8)}`;
  const again = (why: string): Standing => {
    const next = terminal.error(error.code, why, { ...error.context, screen: terminal.screen() });
    return standAt(terminal, endpoint, next, way);
  };
  return { ...way, id, error, screen, again };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** What two boxes show that stand at the same: without their names, addresses, and whatever else has numbers. */
function alike(screen: string, { name, host }: Endpoint): string {
  return [name, host]
    .filter((word) => word.length > 1)
    .reduce((text, word) => text.replaceAll(word, '·'), screen)
    .replace(/\d+/g, '#');
}
