import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { RunbookError } from '../../errors/index.ts';
import { utcStamp } from '../../report/index.ts';
import type { Plan } from '../../workflows/contract.ts';
import type { CheckedFiles } from './files.ts';

const target = z.looseObject({ name: z.string(), address: z.string(), uuid: z.string().optional() });
const columns = z.record(z.string(), z.json());
const finding = z.looseObject({
  code: z.string(),
  severity: z.enum(['block', 'accept', 'warn']),
  text: z.string(),
  box: z.string(),
});

/** What a plan file must have before anything in it is believed. */
const planSchema = z.looseObject({
  schemaVersion: z.literal(1),
  kind: z.literal('plan'),
  runbook: z.strictObject({ name: z.string(), version: z.number(), digest: z.string() }),
  inventory: z.looseObject({ inventory: z.string(), knownHosts: z.string().optional(), digest: z.string() }),
  madeAt: z.iso.datetime(),
  planWorkflowId: z.string(),
  runId: z.string().min(1),
  manager: target.extend({ columns }),
  managers: z.array(target.extend({ columns })).optional(),
  entries: z.array(target),
  steps: z.array(
    z.looseObject({
      path: z.string(),
      title: z.string(),
      effect: z.enum(['read', 'reversible', 'irreversible', 'person']),
      status: z.enum(['seen', 'planned', 'not-needed']),
    }),
  ),
  devices: z.array(target.extend({ columns, findings: z.array(finding) })),
  findings: z.array(finding),
  drift: z.array(z.json()),
  inputs: columns,
  runnable: z.boolean(),
});

/** Writes a plan where only its owner reads it; gives the path back. */
export function writePlan(plan: Plan, plansFolder: string, out?: string): string {
  const file = path.resolve(
    out ?? path.join(plansFolder, `${plan.runbook.name}-${utcStamp(new Date(plan.madeAt))}.json`),
  );
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(plan, undefined, 2)}\n`, { mode: 0o600 });
  return file;
}

/** @throws RunbookError INPUT_MISSING, INPUT_INVALID */
export function readPlan(file: string): Plan {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new RunbookError(
      'INPUT_MISSING',
      `${file}: the plan cannot be read (${(thrown as NodeJS.ErrnoException).code ?? 'unknown'})`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RunbookError('INPUT_INVALID', `${file}: this is not JSON`, {
      remedy: 'Give the file that `runbook plan` has written.',
    });
  }
  const checked = planSchema.safeParse(value);
  if (checked.success) return checked.data as unknown as Plan;
  const faults = checked.error.issues.map(
    (issue) => `${file}: ${issue.path.join('.') || 'the file'}: ${issue.message}`,
  );
  throw new RunbookError('INPUT_INVALID', faults.join('\n'), {
    remedy: 'Give the file that `runbook plan` has written.',
  });
}

/**
 * Are runbook and inventory still those that the plan was made from? The boxes themselves are compared by the run.
 * @throws RunbookError PLAN_DRIFT naming all that differs
 */
export function refuseDrift(plan: Plan, files: CheckedFiles): void {
  const differences: string[] = [];
  if (plan.runbook.name !== files.runbook.name)
    differences.push(`the plan is for the runbook ${plan.runbook.name}, not ${files.runbook.name}`);
  else if (plan.runbook.digest !== files.runbookDigest)
    differences.push(
      `the runbook ${plan.runbook.name} has been edited since (${plan.runbook.digest} then, ${files.runbookDigest} now)`,
    );
  if (plan.inventory.digest !== files.inventory.digest)
    differences.push(
      `the inventory ${files.inventory.inventory} has been edited since (${plan.inventory.digest} then, ${files.inventory.digest} now)`,
    );
  if (differences.length > 0)
    throw new RunbookError('PLAN_DRIFT', `The plan does not fit any more: ${differences.join('; ')}.`);
}
