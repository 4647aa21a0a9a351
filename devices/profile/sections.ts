import { z } from 'zod';
import { pattern } from './pattern.ts';

const template = z.string().min(1);

/** How a box says what it is. */
export const identitySchema = z.strictObject({
  sources: z
    .array(
      z
        .strictObject({
          command: z.string().optional().describe('Run as root; a failure is no answer.'),
          asked: z
            .string()
            .optional()
            .describe('Name of an `ask` of the dialogue whose answer is read instead.'),
          fields: z
            .partialRecord(z.enum(['uuid', 'model', 'version', 'build', 'hostname']), pattern)
            .describe('Field → pattern with one group. The first source that has a field gives it.'),
        })
        .refine((source) => (source.command === undefined) !== (source.asked === undefined), {
          error: 'exactly one of `command` and `asked`',
        }),
    )
    .min(1),
  kinds: z
    .array(
      z.strictObject({
        kind: z.string().describe('What the box is called in facts, e.g. `fmc`.'),
        family: z.string().describe('The family that describes it.'),
        model: pattern.describe('Matched against the model, without regard to case.'),
      }),
    )
    .default([])
    .describe(
      'In order: the first whose pattern matches the model. Without any, a box that is talked to as this family is of this family.',
    ),
});

/** A way to give a program a terminal of its own that outlives the SSH session and the worker. */
export const keepAliveSchema = z.strictObject({
  id: z.string(),
  detect: template.describe('Exit status 0: the box has what this way needs.'),
  start: template.describe(
    'Placeholders: {folder} (private, root), {session}, {command} (a path to an executable script).',
  ),
  send: template.describe('Types {text} and Enter. Placeholders: {folder}, {session}, {text}.'),
  alive: template.describe('Exit status 0: the program still runs.'),
  stop: template.describe('Ends what the way itself needs; the program is not killed by it.'),
  output: template.describe('Name of the file under {folder} that receives the screen.'),
});

/** What is known about the program that makes a new CA. */
export const generateSchema = z.strictObject({
  command: z.string(),
  expiry: pattern.describe('Groups: `days`, `date` (either may be missing).'),
  prompts: z
    .array(
      z.strictObject({
        id: z.string(),
        pattern: pattern.describe(
          'Matched against the last unfinished line, without regard to case. Named groups may be used in the answer.',
        ),
        answer: z
          .string()
          .describe(
            'What is typed; `{group}` is the text of a named group, so that `y` answers `[y/n]` and `yes` answers `[yes/no]`.',
          ),
        needsExpiry: z
          .boolean()
          .default(false)
          .describe('Only after the line that shows the expiry of the current CA.'),
      }),
    )
    .describe('In the order in which they may come.'),
  neverAnswer: z
    .array(pattern)
    .describe('A last line or question that matches one of these is never answered, whatever else matches.'),
  refusals: z
    .array(z.strictObject({ task: z.string(), pattern }))
    .describe('Why the program refuses for now.'),
  tasks: z
    .array(
      z.strictObject({
        id: z.string().describe('As in `refusals`.'),
        title: z.string().describe('What people call it.'),
        row: pattern.describe('What a row of the task table shows of it.').optional(),
        remedy: z.string().optional().describe('What to do, where waiting alone does not help.'),
        neverWithClassic: z
          .boolean()
          .default(false)
          .describe('With Classic licences it never passes, and is not waited for: Cisco TAC bypasses it.'),
      }),
    )
    .default([])
    .describe('The critical tasks.'),
  success: z.array(pattern),
  failure: z.array(pattern),
  failedPush: pattern.describe('Groups: `name`, `path`.'),
});

/** Tools by which bytes are moved and proven where only a shell is to be had. In order of preference. */
export const fileToolsSchema = z.strictObject({
  encode: z.array(template).min(1).describe('Prints {path} in base64.'),
  decode: z
    .array(template)
    .min(1)
    .describe('Turns base64 in {from} into bytes in {to}; lines have at most 76 characters.'),
  digest: z
    .array(template)
    .min(1)
    .describe('Prints the SHA-256 of {path} in hex somewhere in its only line.'),
  temporaryRoot: z
    .string()
    .regex(/^\/[-\w./]*$/, 'a plain absolute path')
    .describe('Folder under which a private one (0700, root) is made.'),
});
