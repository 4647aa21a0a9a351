import { z } from 'zod';

const secretName = z
  .enum(['password', 'sudoPassword', 'unknown'])
  .describe('Of the inventory: the password of the login, the one for sudo; `unknown`: something else.');

/** One thing that happened. Exactly one of `shows`, `types`, `closes`. */
export const recordedEventSchema = z
  .strictObject({
    at: z.number().min(0).describe('Milliseconds since the recording began.'),
    shows: z
      .string()
      .optional()
      .describe(
        'What came from the box in one piece, byte for byte; line ends and escape codes as they are.',
      ),
    types: z
      .union([
        z.string(),
        z.strictObject({
          secret: secretName,
          end: z.string().default('\r').describe('What ended it.'),
        }),
      ])
      .optional()
      .describe(
        'What was typed: a line with its end, a key, or a secret, which is named and never written down.',
      ),
    closes: z.literal(true).optional().describe('The box ended the session.'),
  })
  .refine(
    ({ shows, types, closes }) => [shows, types, closes].filter((one) => one !== undefined).length === 1,
    {
      error: 'exactly one of `shows`, `types` and `closes`',
    },
  );

/** A recording of a session. */
export const recordingSchema = z
  .strictObject({
    recording: z.literal(1).describe('Version of this form.'),
    title: z.string().optional().describe('What it shows, in a few words.'),
    made: z.string().optional().describe('When, in UTC.'),
    by: z
      .enum(['walk', 'hand'])
      .describe(
        'Who typed: this program, on its way to root, or a person. What a person typed stands there as the box showed it.',
      ),
    box: z.string().describe('Name of the box, as the inventory or the operator has it.'),
    family: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/, 'lower case letters, digits and hyphens')
      .default('cisco-firepower')
      .describe('Family whose profile the dialogue belongs to.'),
    terminal: z
      .strictObject({
        columns: z.int().min(20).max(2000).default(512),
        rows: z.int().min(5).max(5000).default(200),
        term: z.string().default('vt100'),
      })
      .prefault({}),
    anonymised: z.boolean().default(false).describe('Names and addresses were replaced by made-up ones.'),
    masked: z
      .array(z.strictObject({ what: z.string(), times: z.int().min(1) }))
      .default([])
      .describe('What was found and hidden while it was written.'),
    profile: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Laid over the profile of the family in a replay: an edit that a site would make.'),
    ends: z
      .strictObject({
        states: z.array(z.string()).optional().describe('The states walked through.'),
        code: z.string().optional().describe('The error at which the walk stops.'),
      })
      .optional()
      .describe('How a replay must end. Without it: at the goal of the dialogue.'),
    events: z.array(recordedEventSchema).min(1),
  })
  .superRefine(({ events }, context) => {
    for (const [index, { at }] of events.entries()) {
      const before = events[index - 1]?.at ?? 0;
      if (at < before)
        context.addIssue({
          code: 'custom',
          path: ['events', index, 'at'],
          message: `earlier than the event before it (${String(before)})`,
        });
    }
  })
  .describe('A session with a box, as `runbook lab record` writes it.');

export type Recording = z.infer<typeof recordingSchema>;
export type RecordedEvent = z.infer<typeof recordedEventSchema>;
export type RecordedTyping = NonNullable<RecordedEvent['types']>;
export type SecretName = z.infer<typeof secretName>;
