/**
 * How the engine reacts to an error, decided once per code.
 * - `auth`: a credential was refused; never tried again without a person.
 * - `unreachable`: nothing was sent to the box; safe to try again.
 * - `prompt`: the shell is in a state that no profile describes; nothing more was sent.
 * - `timeout`: the box did not answer in time; a probe must tell what happened.
 * - `refused`: the box said no, and a probe proves that nothing changed.
 * - `not-yet`: a refusal that passes by itself (a critical task); waited for, not counted as an attempt.
 * - `unknown-outcome`: something may have changed and nobody can tell; only a person goes on from here.
 * - `check`: what was read differs from what must be so.
 * - `input`: a file or an argument of the operator is wrong; nothing was touched.
 * - `internal`: a fault of this program.
 */
export type ErrorClass =
  | 'auth'
  | 'unreachable'
  | 'prompt'
  | 'timeout'
  | 'refused'
  | 'not-yet'
  | 'unknown-outcome'
  | 'check'
  | 'input'
  | 'internal';

export interface ErrorEntry {
  readonly class: ErrorClass;
  /** May the same read be tried again by itself? Steps that change a box are never repeated on this alone. */
  readonly retryable: boolean;
  readonly summary: string;
  /** What the operator can do next. */
  readonly remedy: string;
}
