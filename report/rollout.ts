import {
  sizesText,
  type Override,
  type PlannedRollout,
  type RolloutState,
  type WindowAnswer,
  type WindowLook,
} from '../workflows/contract.ts';
import { printable } from './format/printable.ts';
import { plural, utc } from './format/time.ts';

/** What is said of one aspect of a stage with a rollout. */
export interface RolloutLine {
  readonly label: 'waves' | 'budget' | 'window';
  readonly text: string;
}

/** `1, then 2, then 17`, and the others; of a plan. `look`: what the windows say now. */
export function plannedRolloutLines(
  rollout: PlannedRollout,
  look: (windows: string, takesMs: number) => WindowLook,
  now: Date,
): RolloutLine[] {
  const { devices, waves, budget, windows, takesMs } = rollout;
  const most = `at most ${devices} ${plural(devices, 'device')}`;
  return [
    {
      label: 'waves',
      text:
        waves.length < 2 ? `${most}, in one wave` : `${most}, in ${waves.length} waves: ${sizesText(waves)}`,
    },
    { label: 'budget', text: budgetText(budget) },
    ...(windows === null
      ? []
      : [
          {
            label: 'window' as const,
            text:
              windows === ''
                ? 'none is named here: the settings of the worker count'
                : `${printable(windows)}; ${windowText(look(windows, takesMs), now)}`,
          },
        ]),
  ];
}

function budgetText(budget: number | null): string {
  if (budget === null) return 'any number of failures is borne';
  return budget === 0
    ? 'no failure is borne: after the first one nothing new is begun before somebody agrees'
    : `${budget} ${plural(budget, 'failure')} ${budget === 1 ? 'is' : 'are'} borne; with one more nothing new is begun before somebody agrees`;
}

const heldTexts: Record<NonNullable<RolloutState['heldBy']>, string> = {
  'first-wave': 'held: the first wave did not come through',
  approval: 'held until the others are approved',
  budget: 'held: the budget is used up',
  window: 'held until a window opens',
};

/** Of a run: `2 of 5 (10 devices) …`. */
export function rolloutLines(rollout: RolloutState, now: Date, isClosed = false): RolloutLine[] {
  const { wave, waves, devices, through, inFlight, notBegun, failed, budget } = rollout;
  const { window, setAsideUntil, heldBy, repaired = 0 } = rollout;
  const size = waves[wave - 1] ?? 0;
  const counts = [
    `${through} of ${devices} through`,
    ...(isClosed ? [] : [`${inFlight} in flight`]),
    `${notBegun} not begun`,
  ].join(', ');
  const held = heldBy === undefined ? '' : `; ${heldTexts[heldBy]}`;
  return [
    {
      label: 'waves',
      text: `wave ${wave} of ${waves.length} (${size} ${plural(size, 'device')}; all: ${sizesText(waves)}): ${counts}${held}`,
    },
    {
      label: 'budget',
      text: [
        budget === null
          ? `${failed} failed, any number is borne`
          : `${failed} of ${budget} used${failed > budget ? ', more than is borne' : ''}`,
        ...(repaired === 0 ? [] : [`${repaired} failed first and came through after all`]),
      ].join('; '),
    },
    ...(window === undefined || isClosed
      ? []
      : [{ label: 'window' as const, text: windowNow(window, setAsideUntil, now) }]),
  ];
}

function windowNow(window: WindowAnswer, setAsideUntil: string | null | undefined, now: Date): string {
  if (setAsideUntil === null) return 'set aside for the rest of the run';
  if (setAsideUntil !== undefined && Date.parse(setAsideUntil) > now.getTime())
    return `set aside until ${utc(setAsideUntil)}`;
  return windowText(window, now);
}

function windowText(window: WindowAnswer, now: Date): string {
  switch (window.kind) {
    case 'always':
      return 'none is kept to';
    case 'never':
      return 'none opens any more that is long enough for one device';
    case 'unread':
      return `could not be read (${printable(window.text)}), counts as closed`;
    case 'window':
      return Date.parse(window.opens) > now.getTime()
        ? `closed, opens at ${utc(window.opens)}, closes at ${utc(window.closes)}`
        : `open until ${utc(window.closes)}, nothing is begun after ${utc(window.lastStart)}`;
  }
}

/** Why the windows or the budget of the site do not count. */
export function overrideText({ inputs, by, reason }: Override): string {
  return `${inputs.join(', ')}: not those of the site, by ${printable(by)}: ${printable(reason)}`;
}
