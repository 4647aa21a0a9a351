import { readdirSync } from 'node:fs';
import path from 'node:path';
import { RunbookError } from '../../errors/index.ts';
import type { Plan } from '../../workflows/contract.ts';
import { readPlan } from './plan-file.ts';

/** The newest plan of the same runbook and manager that was kept before this one. Files that are none are passed over. */
export function earlierPlan(plan: Plan, plansFolder: string): Plan | undefined {
  return filesIn(plansFolder)
    .flatMap((file) => {
      try {
        return [readPlan(path.join(plansFolder, file))];
      } catch (thrown) {
        if (thrown instanceof RunbookError) return [];
        throw thrown;
      }
    })
    .filter((other) => other.runId === plan.runId && other.runbook.name === plan.runbook.name)
    .filter((other) => Date.parse(other.madeAt) < Date.parse(plan.madeAt))
    .sort((a, b) => Date.parse(a.madeAt) - Date.parse(b.madeAt))
    .at(-1);
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}
