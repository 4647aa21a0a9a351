import { z } from 'zod';
import { decision, instant, outcome, questionAnswers, resultSchema, startedBy } from './result-schema.ts';

const pause = z.looseObject({ since: instant, by: z.string(), reason: z.string() });
const score = z.strictObject({
  done: z.int(),
  running: z.int(),
  waiting: z.int(),
  failed: z.int(),
  notStarted: z.int(),
});

/** What `-o json` prints for a fleet. */
export const fleetResultSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('fleet'),
  run: z.string().describe('Workflow id.'),
  fleet: z.strictObject({ name: z.string(), digest: z.string(), file: z.string() }),
  runbook: resultSchema.shape.runbook,
  outcome,
  exitCode: z
    .int()
    .describe('The worst of the members: 7, 8, 1, 4, 0; 3 only where nothing was touched anywhere.'),
  summary: z.string(),
  startedAt: instant,
  endedAt: instant.optional(),
  startedBy,
  inCharge: z.strictObject({ by: z.string(), since: instant, before: z.array(z.string()) }),
  paused: pause.optional(),
  cancelling: pause.optional(),
  changeId: z.string().optional(),
  limits: z.strictObject({ fmcs: z.int(), devices: z.int(), budget: z.union([z.int(), z.string()]) }),
  canary: z.strictObject({ member: z.string(), approve: z.boolean() }).optional(),
  failures: z
    .strictObject({ now: z.int(), allowed: z.int() })
    .describe('Members that have failed or stand at a failed step, and how many may.'),
  members: z.array(
    z.looseObject({
      name: z.string(),
      run: z.string().describe('Workflow id of its run; its own document has the devices.'),
      manager: z.string(),
      uuid: z.string(),
      status: z.enum(['waiting', 'running', 'parked', 'done', 'skipped', 'needs-hands']),
      held: z.boolean(),
      followed: z.boolean().describe('Somebody else has started its run.'),
      order: z.int(),
      devices: z.int(),
      lanes: z.int(),
      outcome: outcome.nullable(),
      exitCode: z.int().nullable(),
      score,
      phases: z.record(z.string(), z.int()).describe('Devices by the phase they have reached.'),
      asking: z.int().describe('Open questions.'),
      restsUntil: instant.optional().describe('All that it asks settles itself, by then; nobody is needed.'),
      note: z.string().nullable(),
      changeId: z.string().nullable(),
      startedAt: instant.nullable(),
      endedAt: instant.nullable(),
      runStartedAt: instant.nullable(),
      leftToDo: z.array(z.string()),
      left: z.int(),
    }),
  ),
  leftOut: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
  questions: z.array(
    z.looseObject({
      id: z.string(),
      workflowId: z.string(),
      run: z.string().describe('The run that the answering command names.'),
      member: z.string().optional().describe('Absent where the fleet itself asks.'),
      box: z.string(),
      code: z.string(),
      text: z.string(),
      answers: questionAnswers,
      settlesAt: instant.optional().describe('It settles itself then; nobody is needed.'),
    }),
  ),
  decisions: z.array(decision),
  leftToDo: z.array(z.string()),
  phases: resultSchema.shape.phases,
});
