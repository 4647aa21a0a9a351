import type { Plan } from '../../../workflows/contract.ts';
import { say } from './print.ts';

/** Writes the offline pack of a plan where `--pack` names a folder. */
export async function writePack(plan: Plan, folder: string | undefined): Promise<void> {
  if (folder === undefined) return;
  const { packOfPlan, writePackFiles } = await import('../../../report/index.ts');
  writePackFiles(folder, packOfPlan(plan), plan.madeAt);
  say(`pack: ${folder}`);
}
