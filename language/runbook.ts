import { z } from 'zod';

/**
 * The runbook file. Conditions (`when`, `assert`, `until`) are CEL expressions over facts: `inputs`, `manager.<step>`,
 * `device.<step>` (in a device stage), `devices` (list of the manager's devices with their facts) and `managers` (list of all
 * managers with theirs). Texts may hold `${expression}`.
 */

const id = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9-]*$/, 'small letters, digits and hyphens, beginning with a letter')
  .describe('Name within the runbook; facts and activity ids are called by it.');
const expression = z.string().min(1).describe('CEL expression');
const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'a number and a unit: 500ms, 90s, 15m, 4h, 2d')
  .describe('Duration: number and unit (ms, s, m, h, d)');

const settings = z
  .enum(['criticalTasks'])
  .optional()
  .describe("Section of the site's settings whose `every` and `limit` win over those written here.");

const stepBase = {
  id,
  title: z.string().optional().describe('One line for people; default: the summary of the action.'),
  when: expression
    .optional()
    .describe('The step runs only where this holds; otherwise it is recorded as not needed.'),
  phase: id
    .optional()
    .describe(
      'Phase that the device is in once this step is done; of a step on the manager: that all devices are in.',
    ),
};

/** An action, once. Its facts are then `manager.<id>` or `device.<id>`. */
export const doStep = z.strictObject({
  ...stepBase,
  do: z.string().describe('Name of an action.'),
  with: z.record(z.string(), z.unknown()).optional().describe('Parameters; strings may be `${expression}`.'),
  atMost: z
    .enum(['accept', 'warn'])
    .optional()
    .describe('Its findings weigh at most so: for a look at boxes that the runbook does not touch.'),
  notYet: z
    .strictObject({ every: duration, limit: duration, backTo: id.optional(), settings })
    .optional()
    .describe(
      'How to wait when the box refuses for now and a probe proves that nothing changed; `backTo`: the step to repeat from.',
    ),
});

/** A condition that must hold. In a plan it becomes a finding; in a run the step parks. */
export const assertStep = z.strictObject({
  ...stepBase,
  assert: expression,
  message: z.string().describe('What is wrong and what to do, for the operator.'),
  severity: z
    .enum(['block', 'accept', 'warn'])
    .default('block')
    .describe('block: forbids the run; accept: needs `--accept`; warn: is shown.'),
});

/** Looks again and again, with durable timers, until a condition over the observation holds. */
export const waitStep = z.strictObject({
  ...stepBase,
  poll: z.string().describe('Name of a read action.'),
  with: z.record(z.string(), z.unknown()).optional(),
  until: expression.describe("Over the facts, with this step's own last observation among them."),
  every: duration,
  limit: duration.describe('After this the step parks with a question.'),
  settings,
  needsPerson: z
    .boolean()
    .default(false)
    .describe(
      'Only a person can bring it about: the question is open from the first look, and settles itself when it holds.',
    ),
  message: z.string().describe('What is being waited for.'),
});

/** A person agrees, or not. Its facts: `by`, `at`, `reason`, `case`; there are none where nobody agreed. */
export const approveStep = z.strictObject({
  ...stepBase,
  approve: z.string().describe('What is asked; may hold `${expression}`.'),
  covers: z
    .enum(['plan', 'extra'])
    .default('plan')
    .describe('plan: the yes to the shown plan covers it; extra: always asked on its own.'),
  needs: z
    .array(z.enum(['reason', 'case']))
    .optional()
    .describe('What an approval must bring: a reason, the number of a support case.'),
});

/** A person does something, told exactly; the check afterwards is an action with a condition. */
export const manualStep = z.strictObject({
  ...stepBase,
  manual: z.string().describe('Exact instructions; may hold `${expression}`.'),
  check: z.strictObject({
    do: z.string(),
    with: z.record(z.string(), z.unknown()).optional(),
    until: expression,
  }),
});

export const step = z.union([doStep, assertStep, waitStep, approveStep, manualStep]);

const ofInput = z
  .string()
  .regex(/^\$\{\s*inputs\.[a-zA-Z][a-zA-Z0-9_]*\s*\}$/, 'an input, ${inputs.NAME}, and nothing else');
const percentage = z.string().regex(/^(100|\d{1,2})%$/, 'a percentage from 0% to 100%');

/** In which portions a stage is begun, and what holds it back. Only where nothing is lost meanwhile: see `canWait` of the actions. */
export const rollout = z.strictObject({
  waves: z
    .union([z.array(z.union([z.number().int().min(1), percentage])).min(1), ofInput])
    .optional()
    .describe(
      "Sizes, one after the other, the last one again and again: numbers, or percentages of the stage's devices (rounded up, at least 1). A wave begins when every device of the one before has come through, or stands at a question; a failure in the first wave holds the others. Default: one wave.",
    ),
  first: expression.optional().describe('Which devices come first of all, such as a named canary.'),
  askAfterFirst: expression
    .optional()
    .describe(
      'A condition over inputs and manager: where it holds, a person approves what comes after the first wave.',
    ),
  budget: z
    .union([z.number().int().min(0), percentage, ofInput])
    .optional()
    .describe(
      "Failures that are borne: a number, or a percentage of the stage's devices (rounded down). Counted before each start; with one more, nothing new is begun until a person agrees or enough devices are repaired. Default: any number.",
    ),
  window: ofInput
    .optional()
    .describe('The input with the maintenance windows outside of which no device is begun.'),
});

export const stage = z.strictObject({
  id,
  title: z.string(),
  on: z
    .enum(['entries', 'manager', 'devices'])
    .describe(
      'entries: every row of the inventory; manager: once for each manager; devices: each device of each manager.',
    ),
  turn: id
    .optional()
    .describe(
      'Stages next to each other with the same word here are gone through together for one manager, then for the next.',
    ),
  when: expression.optional().describe('In a device stage: which devices; in a manager stage: whether.'),
  lanes: z
    .number()
    .int()
    .min(1)
    .max(500)
    .optional()
    .describe('Devices at the same time; default from the settings.'),
  group: expression
    .optional()
    .describe(
      'Devices with the same text here (a failover pair, a cluster) come one after another; an empty text is no group.',
    ),
  rank: expression.optional().describe('Order within a group: lower numbers first.'),
  rollout: rollout
    .optional()
    .describe(
      'Waves, budget and windows; only in a device stage that changes nothing but by actions that can wait.',
    ),
  takes: z
    .strictObject({ fixed: duration.optional(), perDevice: duration.optional() })
    .optional()
    .describe(
      'Estimates for the change night. `perDevice`: in a device stage for as many at once as there are lanes, in a manager stage one after the other.',
    ),
  steps: z.array(step).min(1),
});

export const inputSpec = z.strictObject({
  type: z
    .enum(['string', 'number', 'boolean', 'duration', 'choice', 'waves', 'budget', 'windows'])
    .describe(
      "waves: `1, 10%, 100%`; budget: `2` or `5%`; windows: `CRON for DURATION in ZONE`, several with a `;` between them, empty for none. Of these three the site's settings (`rollout`) win over the default.",
    ),
  choices: z.array(z.string()).optional(),
  default: z.union([z.string(), z.number(), z.boolean()]),
  title: z.string(),
});

/** What people must know of the night around a run; shown by `plan` and `check`, and without effect on what a run does. */
export const night = z.strictObject({
  pointOfNoReturn: z
    .strictObject({
      step: id.describe('The step after which there is no way back.'),
      means: z.string().describe('What that means, for people.'),
    })
    .optional(),
  awake: z
    .array(
      z.strictObject({
        who: z.string(),
        for: z.string().describe('What they are needed for; may hold `${expression}`.'),
        from: id.describe('The stage from which on they are needed.'),
        when: expression.optional(),
      }),
    )
    .default([])
    .describe('Who has to be awake.'),
  switchOff: z
    .array(
      z.strictObject({
        what: z.string(),
        where: z.string().describe('Where it is switched off.'),
        why: z.string(),
      }),
    )
    .default([])
    .describe('What must not start meanwhile.'),
  assumed: z
    .array(z.strictObject({ when: expression.optional(), text: z.string() }))
    .default([])
    .describe('What the looks do not prove; texts may hold `${expression}`.'),
});

/** When a device is lost for good, so that it can be shown against how long the run still needs; without effect on what a run does. */
export const lockout = z.strictObject({
  safe: expression.describe('A condition over a device: it cannot be lost any more.'),
  atOnce: expression.describe(
    'A condition over a device that is not safe: it is lost at its next reconnect, whenever that comes.',
  ),
  ends: z
    .array(z.strictObject({ of: z.string().describe('What ends then, for people.'), at: expression }))
    .min(1)
    .describe('Times (ISO 8601) over a device, of which the first one counts; a null is not known.'),
  by: id.describe('The stage by whose end every device is safe.'),
});

export const runbook = z.strictObject({
  apiVersion: z.literal('runbook/v1'),
  name: id,
  version: z.number().int().min(1),
  title: z.string(),
  idPrefix: id
    .optional()
    .describe("First part of a run's id, before the UUID of its manager or device; default: the name."),
  rollBackWith: id
    .optional()
    .describe('Name of the runbook that `runbook rollback` runs; it has the inputs `device` and `reason`.'),
  managers: z
    .strictObject({
      upTo: z.number().int().min(2).describe('Managers that one inventory may hold.'),
      order: expression.describe('Lower numbers are dealt with first; evaluated for each manager.'),
    })
    .optional()
    .describe('Several managers in one run, such as a pair; without it an inventory holds one.'),
  families: z
    .strictObject({ manager: z.string().optional(), device: z.string().optional() })
    .refine(({ manager, device }) => manager !== undefined || device !== undefined, {
      error: 'name the family of the manager, of the devices, or both',
    })
    .describe(
      'Families the stages are written for. Without `manager` there is none: the entries of the family `device` are the devices, and all stages are on entries or devices.',
    ),
  inputs: z.record(z.string(), inputSpec).default({}),
  phases: z
    .array(
      z.strictObject({
        id,
        title: z.string(),
        ifStopped: z.string().describe('The state the box is in if we stop now.'),
      }),
    )
    .describe('Phases of a device, in order; the last one is the goal: a device in it is proven.'),
  drift: z
    .array(expression)
    .default([])
    .describe('Facts that must be as the plan saw them when the run looks again.'),
  columns: z
    .strictObject({
      manager: z.record(z.string(), expression).default({}),
      device: z.record(z.string(), expression).default({}),
    })
    .describe('Fields of the result document, taken from the facts.'),
  devices: expression
    .optional()
    .describe(
      'The devices, as a list of targets {uuid, name, address, entry}; default: the entries of the device family.',
    ),
  stages: z.array(stage).min(1),
  atEnd: z
    .array(stage)
    .optional()
    .describe(
      'Stages on the manager that are gone through in every end of a run, also after a refusal or a cancel; what they ask stays open until a person settles it.',
    ),
  expects: z
    .array(
      z.strictObject({
        that: expression,
        exitCode: z.union([z.literal(4), z.literal(7), z.literal(8)]),
        text: z.string(),
      }),
    )
    .default([])
    .describe('What must hold at the end, in order; the first that does not decides the exit code.'),
  afterwards: z
    .array(z.strictObject({ when: expression.optional(), text: z.string() }))
    .default([])
    .describe('What is left for people when the run is closed; texts may hold `${expression}`.'),
  night: night.optional(),
  lockout: lockout.optional(),
});

export type DoStep = z.infer<typeof doStep>;
export type AssertStep = z.infer<typeof assertStep>;
export type WaitStep = z.infer<typeof waitStep>;
export type ApproveStep = z.infer<typeof approveStep>;
export type ManualStep = z.infer<typeof manualStep>;
export type Step = z.infer<typeof step>;
export type Stage = z.infer<typeof stage>;
export type Runbook = z.infer<typeof runbook>;
export type Rollout = z.infer<typeof rollout>;
export type InputSpec = z.infer<typeof inputSpec>;
