import type { DeviceTrack } from '../run-state.ts';
import type { RolloutState, WindowAnswer } from './limits.ts';
import { sizesText } from './waves.ts';

/** Why no device of a stage is begun now. */
export type Held =
  | { readonly by: 'no-look' }
  | { readonly by: 'first-wave'; readonly failed: readonly DeviceTrack[] }
  | { readonly by: 'approval' }
  | { readonly by: 'budget'; readonly failed: readonly DeviceTrack[]; readonly borne: number }
  | { readonly by: 'window'; readonly look: WindowAnswer };

type Progress = Pick<RolloutState, 'wave' | 'waves' | 'through' | 'inFlight' | 'notBegun' | 'devices'>;

/** What is asked, and what its answers do. `budget`: what an approval adds. */
export function heldText(what: Held, progress: Progress, budget: number): { text: string; remedy: string } {
  const { wave, waves, through, inFlight, notBegun, devices } = progress;
  const stand = `${String(through)} of ${String(devices)} are through, ${String(inFlight)} in flight, ${String(notBegun)} not begun.`;
  const more = Number.isFinite(budget) ? `, and ${count(budget, 'failure')} more` : '';
  const rest = 'Deny it with a reason: what is not begun stays as it is and is listed.';
  switch (what.by) {
    case 'no-look':
      return { text: 'It is looked when devices may be begun.', remedy: '' };
    case 'first-wave':
      return {
        text: `The first wave did not come through: ${failures(what.failed)}. No other wave is begun. ${stand}`,
        remedy: `Repair it (retry it at its own question) and this settles itself; or approve with a reason, which bears what has failed${more}. ${rest}`,
      };
    case 'approval':
      return {
        text: `The first wave is through. ${stand} Go on with ${nextText(waves.slice(wave - 1))}?`,
        remedy: `Approve it. ${rest}`,
      };
    case 'budget':
      return {
        text: `The budget is used up: ${failures(what.failed)}; ${count(what.borne, 'failure')} of ${count(devices, 'device')} ${what.borne === 1 ? 'is' : 'are'} borne. Nothing new is begun. ${stand}`,
        remedy: `Repair devices (retry them at their own questions) and this settles itself; or approve with a reason, which bears what has failed${more}. ${rest}`,
      };
    case 'window':
      return {
        text: `${closedText(what.look)} Nothing new is begun. ${stand}`,
        remedy: `${what.look.kind === 'window' ? 'It goes on by itself then. ' : ''}Retry looks again; approve with a reason sets the window aside for as long as it is closed. ${rest}`,
      };
  }
}

function closedText(look: WindowAnswer): string {
  switch (look.kind) {
    case 'window':
      return `Outside of the maintenance window, which opens at ${utc(look.opens)} and closes at ${utc(look.closes)}.`;
    case 'unread':
      return `The maintenance windows could not be read (${look.text}), and count as closed.`;
    default:
      return 'No maintenance window opens any more that is long enough for one device.';
  }
}

/** `a wave of 2, then 3 × 100`. */
function nextText(sizes: readonly number[]): string {
  const text = sizesText(sizes);
  return text.includes('×') ? `waves of ${text}` : `a wave of ${text}`;
}

/** As all pages write times. */
function utc(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} +00:00`;
}

const shown = 5;

function failures(failed: readonly DeviceTrack[]): string {
  const names = failed.slice(0, shown).map(({ target }) => target.name);
  const more = failed.length - names.length;
  return `${String(failed.length)} failed (${names.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''})`;
}

function count(number: number, what: string): string {
  return `${String(number)} ${what}${number === 1 ? '' : 's'}`;
}
