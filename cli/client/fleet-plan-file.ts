import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { RunbookError } from '../../errors/index.ts';
import { digestOf } from '../../loader/index.ts';
import { utcStamp } from '../../report/index.ts';
import type { Plan } from '../../workflows/contract.ts';
import type { CheckedFleet } from './fleet-files.ts';
import { readPlan, refuseDrift, writePlan } from './plan-file.ts';

const fleetPlanSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('fleet-plan'),
  fleet: z.strictObject({ name: z.string(), digest: z.string(), file: z.string() }),
  runbook: z.strictObject({ name: z.string(), version: z.number(), digest: z.string() }),
  madeAt: z.iso.datetime(),
  members: z
    .array(
      z.strictObject({
        name: z.string(),
        /** Its own plan file: relative to this one. */
        plan: z.string(),
        digest: z.string(),
        run: z.string(),
        manager: z.string(),
        devices: z.number(),
        accepted: z.array(z.string()),
        acceptReason: z.string().optional(),
        changeId: z.string().optional(),
      }),
    )
    .min(1),
  leftOut: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
});

/** The plans of all members: each lies in a file of its own, which a single run takes too; here are their digests. */
export type FleetPlan = z.infer<typeof fleetPlanSchema>;

/** A member with the plan that was made for it. */
export interface PlannedMember {
  readonly name: string;
  readonly plan: Plan;
}

/** Writes a folder: the fleet's plan and, beside it, one for each member. */
export function writeFleetPlan(
  checked: CheckedFleet,
  planned: readonly PlannedMember[],
  plansFolder: string,
  out?: string,
  now = new Date(),
): { readonly file: string; readonly content: FleetPlan } {
  const file = path.resolve(
    out ?? path.join(plansFolder, `fleet-${checked.fleet.name}-${utcStamp(now)}`, 'fleet.json'),
  );
  const folder = path.dirname(file);
  const beside = path.join(folder, `${path.basename(file, '.json')}.members`);
  mkdirSync(beside, { recursive: true, mode: 0o700 });
  const { name, version } = checked.runbook;
  const content: FleetPlan = {
    schemaVersion: 1,
    kind: 'fleet-plan',
    fleet: { name: checked.fleet.name, digest: checked.fleet.digest, file: checked.fleet.file },
    runbook: { name, version, digest: checked.runbookDigest },
    madeAt: now.toISOString(),
    members: planned.map((member) => {
      const own = writePlan(member.plan, beside, path.join(beside, `${member.name}.json`));
      const options = checked.members.find((one) => one.name === member.name)?.options;
      return {
        name: member.name,
        plan: path.relative(folder, own),
        digest: digestOf(member.plan),
        run: member.plan.runId,
        manager: member.plan.manager.name,
        devices: member.plan.devices.length,
        accepted: [...(options?.accepted ?? [])],
        ...(options?.acceptReason === undefined ? {} : { acceptReason: options.acceptReason }),
        ...(options?.changeId === undefined ? {} : { changeId: options.changeId }),
      };
    }),
    leftOut: [...checked.leftOut],
  };
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  return { file, content };
}

/** @throws RunbookError INPUT_MISSING, INPUT_INVALID */
export function readFleetPlan(file: string): FleetPlan {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    throw new RunbookError(
      code === undefined ? 'INPUT_INVALID' : 'INPUT_MISSING',
      `${file}: ${code === undefined ? 'this is not JSON' : `the plan cannot be read (${code})`}`,
      { remedy },
    );
  }
  const checked = fleetPlanSchema.safeParse(value);
  if (checked.success) return checked.data;
  const faults = checked.error.issues.map(
    (issue) => `${file}: ${issue.path.join('.') || 'the file'}: ${issue.message}`,
  );
  throw new RunbookError('INPUT_INVALID', faults.join('\n'), { remedy });
}

const remedy = 'Give the file that `runbook plan --fleet` has written.';

/**
 * The members' plans, unchanged since they were made, for the fleet as it is now.
 * @throws RunbookError PLAN_DRIFT naming all that differs
 */
export function plansOf(file: string, plan: FleetPlan, checked: CheckedFleet): PlannedMember[] {
  const differences: string[] = [];
  if (plan.fleet.digest !== checked.fleet.digest)
    differences.push(`the fleet file ${checked.fleet.file} has been edited since, or is another one`);
  const planned = plan.members.map((member): PlannedMember => {
    const own = path.resolve(path.dirname(file), member.plan);
    const read = readPlan(own);
    if (digestOf(read) !== member.digest)
      differences.push(`${own} is not the plan that was made for ${member.name}`);
    const files = checked.members.find(({ name }) => name === member.name)?.files;
    if (files === undefined)
      differences.push(`the fleet has no member ${member.name}, or it is left out now`);
    else {
      try {
        refuseDrift(read, files);
      } catch (thrown) {
        if (!(thrown instanceof RunbookError)) throw thrown;
        differences.push(`${member.name}: ${thrown.message}`);
      }
    }
    return { name: member.name, plan: read };
  });
  if (differences.length > 0)
    throw new RunbookError('PLAN_DRIFT', `The plan does not fit any more: ${differences.join('; ')}.`);
  return planned;
}
