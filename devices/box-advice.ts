import type { RunbookError } from '../errors/index.ts';
import type { BoxTrouble } from './box-report.ts';
import { literal } from './literal.ts';
import type { Dialogue } from './profile/dialogue.ts';
import { unicodeEscape, unseen } from './visible.ts';

/** `file:line` of a value of the profile. */
export type PlaceText = (path: readonly string[]) => string | null;

/** What a walk by this dialogue would have recognised after this move (none: after the login). */
export function acceptedAfter(
  dialogue: Dialogue,
  after: string | undefined,
  place: PlaceText,
): BoxTrouble['accepted'] {
  const states = Object.entries(dialogue.states)
    .filter(
      ([, { onlyAfter }]) => onlyAfter === undefined || (after !== undefined && onlyAfter.includes(after)),
    )
    .map(([name, { prompt, context }]) => ({
      name: `states.${name}`,
      pattern: context === undefined ? prompt : `${prompt}  with  ${context}  above it`,
      place: place(['dialogue', 'states', name, 'prompt']),
    }));
  const pagers = Object.entries(dialogue.pagers).map(([name, { prompt }]) => ({
    name: `pagers.${name}`,
    pattern: prompt,
    place: place(['dialogue', 'pagers', name, 'prompt']),
  }));
  return [...states, ...pagers];
}

/**
 * YAML that teaches a profile what the walk has met, for a person to fill in and paste. Undefined where no edit of the profile is
 * what helps: the box refused something, or wants a person.
 */
export function editFor(dialogue: Dialogue, error: RunbookError): string | undefined {
  if (error.code !== 'SESSION_PROMPT_UNKNOWN' || error.context['stop'] !== undefined) return undefined;
  const after = error.context['after'];
  const line = error.context['line'];
  const states = (error.context['states'] ?? []) as readonly string[];
  if (typeof after !== 'string' || typeof line !== 'string') return undefined;
  const move = dialogue.moves[after];
  const last = states.at(-1);
  if (line.trim() === '') return move === undefined ? moreForLanding(dialogue) : moreFor(after, dialogue);
  if (isKnown(error)) {
    // Known, and not foreseen there.
    if (move !== undefined && last !== undefined && !move.to.includes(last))
      return `dialogue:\n  moves:\n    ${after}: { to: [${[...move.to, last].join(', ')}] }\n`;
    return `dialogue:\n  moves:\n    NAME: { from: ${last ?? 'STATE'}, send: WHAT-LEADS-ON, to: [STATE] }\n`;
  }
  const landing = Object.entries(dialogue.states)
    .filter(([, state]) => state.onlyAfter === undefined && state.context === undefined)
    .map(([name]) => name);
  const to = move?.to ?? landing;
  return [
    'dialogue:',
    '  states:',
    `    NAME: { prompt: ${quoted(patternFor(line))} }`,
    '  moves:',
    `    NAME: { from: NAME, send: WHAT-YOU-WOULD-TYPE, to: [${to.join(', ')}] }`,
    // What is sent stands in the profile, in reports and on screens.
    ...(/:\s*$/.test(line)
      ? [
          `    # Is it a password? Then secret: sudoPassword in place of send, and onlyAfter: [${move === undefined ? 'MOVE-BEFORE-IT' : after}] at the state.`,
        ]
      : []),
    ...(move === undefined ? [] : [`    ${after}: { to: [${[...move.to, 'NAME'].join(', ')}] }`]),
    '',
  ].join('\n');
}

/** The whole line and nothing else; numbers and blanks at its end may differ. */
function patternFor(line: string): string {
  const escaped = literal(line.trimEnd()).replace(/\d+/g, '\\d+').replace(unseen, unicodeEscape);
  return `^${escaped} ?$`;
}

/** The walk has recognised where it stands: what is missing is a way on. */
function isKnown({ context }: RunbookError): boolean {
  return context['unrecognised'] !== true;
}

function moreForLanding({ landingMs }: Dialogue): string {
  return `dialogue:\n  landingMs: ${String(landingMs * 2)}\n`;
}

function moreFor(move: string, { moves, unknownAfterMs }: Dialogue): string {
  const more = (moves[move]?.patienceMs ?? unknownAfterMs) * 2;
  return `dialogue:\n  moves:\n    ${move}: { patienceMs: ${String(more)} }\n`;
}

/** In single quotes, as YAML reads them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
