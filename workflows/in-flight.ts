import type { InFlight } from './contract.ts';
import { allTracks } from './run-state.ts';
import type { Execution } from './stages.ts';

/** The steps at work now: those of the run itself, then those of the devices. What is held by a pause, or waits for a person, is not. */
export function inFlight(execution: Execution): InFlight[] {
  const { state } = execution;
  const own = [...state.steps.values()]
    // A stage over many boxes has an entry of its own; its devices say more.
    .filter((step) => step.status === 'running' && step.path.includes('/'))
    .map(({ path, title, startedAt }) => ({
      box:
        (state.sides.find(({ manager }) => path.endsWith(`@${manager.name}`)) ?? state.sides[0])?.manager
          .name ?? '',
      step: path,
      title,
      ...(startedAt === undefined ? {} : { since: startedAt }),
    }));
  const devices = allTracks(state)
    .map(({ track }) => track)
    .filter((track) => track.status === 'running' && !track.held)
    .map((track) => ({ box: track.target.name, step: track.step }));
  return [...own, ...devices];
}

/** `fmc-1: Start generate_certs.pl on fmc-1, once; ftd-2: deliver/deliver and 3 more`. */
export function inFlightText(all: readonly InFlight[]): string {
  const shown = all
    .slice(0, 10)
    // Before the inventory has told who the manager is, the title names the box.
    .map(({ box, step, title }) => [box, title ?? (step === '' ? 'at work' : step)])
    .map((words) => words.filter((word) => word !== '').join(': '));
  const more = all.length - shown.length;
  return shown.join('; ') + (more > 0 ? ` and ${String(more)} more` : '');
}
