import { z } from 'zod';
import { errorCatalogue, type ErrorCode } from '../errors/index.ts';

export const instant = z.iso.datetime().describe('UTC, ISO 8601.');
const codes = Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]];
const severity = z.enum(['block', 'accept', 'warn']);

const met = z
  .strictObject({ id: z.string(), line: z.string(), at: instant.nullable() })
  .describe('A known fault; what it means stands in `faults`.');

export const questionAnswers = z.array(z.enum(['approve', 'deny', 'retry', 'skip', 'answer']));

export const outcome = z.enum([
  'running',
  'waiting',
  'done',
  'devices-left',
  'cancelled',
  'refused',
  'failed',
  'unknown',
]);

export const startedBy = z.strictObject({
  identity: z.string(),
  approval: z.enum(['interactive', 'unattended']),
});

const lockout = z
  .strictObject({
    devices: z.int().describe('That can still be lost.'),
    atOnce: z.int().describe('Of them, those that are lost at their next reconnect, whenever it comes.'),
    first: z
      .strictObject({
        at: instant,
        of: z.string(),
        box: z
          .string()
          .nullable()
          .describe('Null where it ends for several of them at once, as their CA does.'),
      })
      .nullable()
      .describe('What ends first; null where none of it is known.'),
    notKnown: z.int().describe('Devices of which nothing is known that ends.'),
    needsMs: z
      .int()
      .nullable()
      .describe("The run's own estimate until none can be lost; null where there is no basis for one."),
    basis: z.enum(['pace', 'runbook']).describe('Measured by this run, or estimated by the runbook.'),
  })
  .describe('When devices are lost for good, against how long the run needs.');

const rollout = z.strictObject({
  stage: z.string(),
  title: z.string(),
  wave: z.int().describe('The one that is begun, from 1.'),
  waves: z.array(z.int()).describe('Devices of each.'),
  devices: z.int(),
  through: z.int(),
  inFlight: z.int(),
  notBegun: z.int(),
  failed: z.int(),
  repaired: z.int().optional().describe('They failed first and came through after all; they count no more.'),
  budget: z.int().nullable().describe('Failures that are borne by now; null: any number.'),
  window: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('always') }),
      z.strictObject({ kind: z.literal('never') }),
      z.strictObject({ kind: z.literal('window'), opens: instant, lastStart: instant, closes: instant }),
      z.strictObject({ kind: z.literal('unread'), text: z.string() }),
    ])
    .optional()
    .describe('As it was looked at last.'),
  setAsideUntil: instant.nullable().optional().describe('By a person; null: for the rest of the run.'),
  heldBy: z.enum(['first-wave', 'approval', 'budget', 'window']).optional(),
});

const question = z.looseObject({
  id: z.string(),
  workflowId: z.string().describe('Workflow that asked; the update goes there.'),
  kind: z.enum(['approve', 'failed', 'prompt', 'manual', 'unknown-outcome']),
  code: z.enum([...codes, 'APPROVAL', 'MANUAL']),
  step: z.string(),
  box: z.string(),
  uuid: z.string().optional(),
  text: z.string(),
  state: z.string().describe('The state the box is in now.'),
  remedy: z.string(),
  screen: z.string().optional(),
  fault: met.optional(),
  cause: z
    .string()
    .optional()
    .describe(
      'What many boxes may stand at together, such as `credential:NAME`; one answer settles all of them.',
    ),
  answers: questionAnswers,
  needs: z
    .array(z.enum(['reason', 'case']))
    .optional()
    .describe('What an approval must bring.'),
  askedAt: instant,
  settlesAt: instant.optional().describe('It settles itself then; nobody is needed.'),
  lockout: lockout.optional().describe('Of the device that it is about, else of the run.'),
});

const halt = z.strictObject({
  since: instant,
  by: z.string(),
  reason: z.string(),
  inFlight: z
    .array(
      z.strictObject({
        box: z.string(),
        step: z.string(),
        title: z.string().optional(),
        since: instant.optional(),
      }),
    )
    .describe('What is still being finished.'),
});

export const decision = z.looseObject({
  at: instant,
  by: z.string(),
  verb: z.string(),
  reason: z.string().optional(),
  case: z.string().optional(),
  send: z
    .string()
    .optional()
    .describe('What `answer` typed at a prompt: a line; `raw`: signs without Enter.'),
  raw: z.string().optional(),
  key: z.string().optional().describe('A key by its name.'),
  credential: z.string().optional().describe('A secret of the inventory, by its name.'),
});

/** What `-o json` prints for a run. The columns of the runbook stand beside the fixed fields of managers and devices. */
export const resultSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('run'),
  run: z.string().describe('Workflow id.'),
  runbook: z.strictObject({ name: z.string(), version: z.int(), digest: z.string() }),
  outcome,
  exitCode: z.int().describe('By the table of exit codes.'),
  summary: z.string(),
  startedAt: instant,
  endedAt: instant.optional(),
  startedBy,
  inCharge: z
    .strictObject({ by: z.string(), since: instant, before: z.array(z.string()) })
    .optional()
    .describe('The starter, until somebody took over.'),
  paused: halt
    .extend({
      commands: z
        .array(z.strictObject({ verb: z.literal('resume'), command: z.string() }))
        .optional()
        .describe('Added by the command line.'),
    })
    .optional()
    .describe('Until `resume`, or the end of the run.'),
  cancelling: halt.optional().describe('From `cancel` until the run is closed.'),
  changeId: z.string().optional(),
  managers: z.array(z.looseObject({ name: z.string(), uuid: z.string(), address: z.string() })),
  devices: z.array(
    z.looseObject({
      uuid: z.string(),
      name: z.string(),
      manager: z
        .string()
        .describe(
          'Name of its manager; empty where the runbook has none. A device under a pair of managers stands here once for each.',
        ),
      address: z.string(),
      status: z.enum(['waiting', 'running', 'parked', 'done', 'skipped', 'needs-hands']),
      phase: z.string(),
      proven: z.boolean().describe('It has come to the last of `phases`, whose text says what that means.'),
      question: z.string().nullable(),
      note: z.string().nullable(),
      held: z
        .boolean()
        .optional()
        .describe('Stands before a change because the run is paused or it is held.'),
      hold: z
        .strictObject({ since: instant, by: z.string(), reason: z.string() })
        .optional()
        .describe('Nothing that changes it is begun until it is released.'),
      leftToDo: z.array(z.string()),
    }),
  ),
  steps: z.array(
    z.looseObject({
      path: z.string(),
      title: z.string(),
      status: z.enum(['waiting', 'running', 'done', 'not-needed', 'parked', 'skipped']),
      attempt: z.int(),
    }),
  ),
  rollouts: z
    .array(rollout)
    .optional()
    .describe('Stages in waves, under a budget, or in windows, once they are begun.'),
  lockout: lockout.optional(),
  questions: z.array(question),
  decisions: z.array(decision),
  refused: z
    .array(
      z.looseObject({
        at: instant,
        by: z.string(),
        verb: z.string(),
        refused: z.string().describe('Why it was not done.'),
      }),
    )
    .optional()
    .describe('What people asked of the run and it refused.'),
  findings: z.array(
    z.looseObject({
      code: z.string(),
      severity,
      text: z.string(),
      box: z.string(),
      uuid: z.string().optional(),
      fault: met.optional(),
      settled: z
        .boolean()
        .optional()
        .describe('Its device has been proven since: nothing is left to do about it.'),
    }),
  ),
  faults: z
    .array(
      z.looseObject({
        id: z.string(),
        title: z.string(),
        cause: z.string(),
        do: z.array(z.string()),
        doNot: z.array(z.string()),
        tac: z.string().describe('For a case at Cisco TAC; placeholders {box}, {uuid}, {time}, {line}.'),
      }),
    )
    .optional()
    .describe('The known faults that findings and questions name, each once.'),
  leftToDo: z.array(z.string()),
  inputs: z.record(z.string(), z.unknown()),
  phases: z.array(z.strictObject({ id: z.string(), title: z.string(), ifStopped: z.string() })),
});
