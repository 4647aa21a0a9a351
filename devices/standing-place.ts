import { RunbookError } from '../errors/index.ts';
import type { OpenSession } from './open-session.ts';
import type { ApplianceProfile } from './profile.ts';
import type { Resting } from './resting.ts';
import type { AtUnknownPrompt, Endpoint } from './session.ts';
import { AtPrompt, type Standing, type Typed } from './standing.ts';

/** Nobody who is still up has answered by then; the box gets its session back. */
const leaseMs = 8 * 3_600_000;

/** Where the session of a box is kept that stands at an unknown prompt, see {@link AtUnknownPrompt}. */
export class StandingPlace {
  readonly #kept: Resting;
  readonly #standings: Map<string, Standing>;
  readonly #answered = new Set<string>();
  #standing: Standing | undefined;
  #lease: NodeJS.Timeout | undefined;

  /** `kept`: those of all boxes; with too many of them the oldest is closed. `standings`: the same, by their ids. */
  constructor(kept: Resting, standings: Map<string, Standing>) {
    this.#kept = kept;
    this.#standings = standings;
  }

  get isEmpty(): boolean {
    return this.#standing === undefined;
  }

  /** Takes a session in that has stopped; returns the error that says so. */
  keep(standing: Standing): RunbookError {
    const close = (): void => this.close();
    this.#standing = standing;
    this.#standings.set(standing.id, standing);
    this.#lease = setTimeout(close, leaseMs).unref();
    this.#kept.put(this, close);
    standing.rest(close);
    return standing.error;
  }

  /**
   * The session, when it has come from its prompt to root; undefined: none stands here, or it was closed to begin anew. Throws what it
   * stands at; SESSION_GONE when it is not there any more that a person has answered.
   */
  async take(
    endpoint: Endpoint,
    profile: ApplianceProfile,
    { standing: wanted, answer, anew = false }: Partial<AtUnknownPrompt>,
    signal?: AbortSignal,
  ): Promise<OpenSession | undefined> {
    const standing = this.#standing;
    if (answer !== undefined && wanted !== undefined && !this.#answered.has(wanted)) {
      if (standing?.id !== wanted || standing.isClosed()) throw this.#gone(endpoint, wanted);
      // Ended before the answer came: nothing is left to be typed.
      if (standing.hasEnded()) return await this.#goOn(standing, profile, undefined, signal);
      if (standing.screen() !== answer.screen) throw this.#changed(standing);
      // Before it is typed: whatever happens, it is typed once.
      this.#answered.add(wanted);
      return await this.#goOn(standing, profile, answer.typed, signal);
    }
    if (standing === undefined) return undefined;
    if (standing.isClosed()) {
      this.close();
      return undefined;
    }
    if (standing.isKnownTo(profile)) return await this.#goOn(standing, profile, undefined, signal);
    if (anew || standing.id === wanted) {
      this.close();
      return undefined;
    }
    const { code, message, context } = standing.error;
    throw new RunbookError(code, message, { ...context });
  }

  close(): void {
    const standing = this.#forget();
    standing?.close();
  }

  async #goOn(
    standing: Standing,
    profile: ApplianceProfile,
    typed: Typed | undefined,
    signal: AbortSignal | undefined,
  ): Promise<OpenSession> {
    this.#forget();
    try {
      return await standing.goOn(profile, typed, signal);
    } catch (thrown) {
      if (thrown instanceof AtPrompt) throw this.keep(thrown.standing);
      standing.close();
      throw thrown;
    }
  }

  #forget(): Standing | undefined {
    const standing = this.#standing;
    clearTimeout(this.#lease);
    this.#kept.take(this);
    standing?.wake();
    if (standing !== undefined) this.#standings.delete(standing.id);
    this.#standing = undefined;
    return standing;
  }

  #gone(endpoint: Endpoint, wanted: string): RunbookError {
    if (this.#standing?.id === wanted) this.close();
    return new RunbookError(
      'SESSION_GONE',
      `${endpoint.name}: the session that showed this prompt is gone (the box or its worker has ended it, or somebody has begun anew). Nothing was typed.`,
      {
        device: endpoint.name,
        state: 'Nothing was typed; a program that waited at the prompt has ended with its session.',
      },
    );
  }

  /** The same session, as it shows itself now. */
  #changed(standing: Standing): RunbookError {
    this.#forget();
    return this.keep(
      standing.again(
        'the screen is not the one that was answered any more; nothing was typed. It shows this now.',
      ),
    );
  }
}
