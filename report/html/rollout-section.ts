import type { RunDocument } from '../../workflows/contract.ts';
import { isTooShort, lockoutText } from '../lockout.ts';
import { rolloutLines, type RolloutLine } from '../rollout.ts';
import { all, html, safe } from './markup.ts';

/** `waves`, `budget`, `window`, each with what is so. */
export function rolloutList(lines: readonly RolloutLine[]): string {
  return html`<dl>
    !${all(
      lines,
      ({ label, text }) =>
        html`<dt>${label}</dt>
          <dd>${text}</dd>`,
    )}
  </dl>`;
}

/** How far a stage in waves is, and what holds it. */
export function rolloutSection(document: RunDocument, at: Date): string {
  const { rollouts = [], endedAt } = document;
  return all(
    rollouts,
    (rollout) =>
      html`<section class="!${rollout.heldBy === undefined ? '' : 'ask'}">
        <h2>${safe(rollout.title)}</h2>
        !${rolloutList(rolloutLines(rollout, at, endedAt !== undefined))}
      </section>`,
  );
}

/** Days left against the time that the run needs. */
export function lockoutSection(document: RunDocument, at: Date): string {
  const { lockout, endedAt } = document;
  if (lockout === undefined) return '';
  return html`<section class="!${isTooShort(lockout, at) ? 'loud' : ''}">
    <h2>Until devices are lost</h2>
    <p>${lockoutText(lockout, at, endedAt !== undefined)}</p>
  </section>`;
}
