import type { RunDocument } from '../../workflows/contract.ts';
import type { Runbook } from '../../language/index.ts';

export type Phases = Runbook['phases'];

/** The title of a phase; its id where the runbook is not at hand. */
export function phaseTitle(phases: Phases, id: string): string {
  if (id === '') return '–';
  return phases.find((phase) => phase.id === id)?.title ?? id;
}

/** For each phase that some unfinished device is in: how many, and the state they are in if the run stops now. */
export function ifStoppedNow(
  document: RunDocument,
  phases: Phases,
): { title: string; count: number; text: string }[] {
  return phases.flatMap((phase) => {
    const count = document.devices.filter((device) => device.phase === phase.id).length;
    return count === 0 ? [] : [{ title: phase.title, count, text: phase.ifStopped }];
  });
}
