/** Sessions at unknown prompts. Part of the contract: types and plain constants only. */
import type { StandingRef } from '../devices/standing.ts';

/** A session that stands at an unknown prompt, kept open by the worker it belongs to. */
export interface StandingSession extends StandingRef {
  /** Task queue of that worker alone. */
  readonly queue: string;
}

/** Activity of the worker that holds a session: the command at whose prompt it stands has ended by itself. */
export const commandEnd = 'awaitCommandEnd';
