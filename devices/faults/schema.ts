import { z } from 'zod';
import { isErrorCode, type ErrorCode } from '../../errors/index.ts';
import { pattern } from '../profile/pattern.ts';

/** What a text for TAC may name; filled in from where and when the fault was met. */
export const tacPlaceholders = ['box', 'uuid', 'time', 'line'] as const;

const errorCode = z
  .custom<ErrorCode>((value) => typeof value === 'string' && isErrorCode(value), 'not a known error code')
  .describe('A code of the error catalogue.');
const words = pattern.describe(
  'A regular expression over one line, case-insensitive. Words, not hex codes: those change with the release of OpenSSL.',
);

const faultEntry = z.strictObject({
  title: z.string().min(1).max(120).describe('What it is, in one line.'),
  seen: z
    .strictObject({
      log: z.array(words).min(1).optional().describe('Lines of the log of a box of this family.'),
      output: z
        .array(words)
        .min(1)
        .optional()
        .describe('Lines of what a failed step said, or of what stood on its screen.'),
      codes: z.array(errorCode).min(1).optional().describe('Error codes of ours that say it by themselves.'),
    })
    .refine((seen) => Object.keys(seen).length > 0, 'needs log, output or codes')
    .describe('Where it shows.'),
  unless: z.array(words).min(1).optional().describe('A line that matches one of these is another matter.'),
  cause: z.string().min(1).describe('Why the box says so.'),
  do: z.array(z.string().min(1)).min(1).describe('What the operator does, in order.'),
  doNot: z.array(z.string().min(1)).default([]).describe('What would make it worse.'),
  tac: z
    .string()
    .min(1)
    .refine((text) => unknownPlaceholders(text).length === 0, {
      error: ({ input }) => `unknown placeholder: ${unknownPlaceholders(String(input)).join(', ')}`,
    })
    .describe('Text for a case at Cisco TAC. Placeholders: {box}, {uuid}, {time}, {line}.'),
  blocks: z
    .array(z.enum(['generate', 'deliver', 'restart']))
    .default([])
    .describe(
      'What must wait until it is settled. `generate`: seen lately, it has to be accepted before a run.',
    ),
  source: z.strictObject({
    text: z.string().min(1).describe('Where the fact is from.'),
    mark: z
      .enum(['documented', 'transcript', 'inferred'])
      .describe(
        'documented: the vendor says so; transcript: seen in a captured text; inferred: our conclusion.',
      ),
  }),
});

/** `faults.yaml` beside a profile: what is known to go wrong with boxes of this family. */
export const faultsSchema = z.strictObject({
  faults: z
    .record(z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower case letters, digits and hyphens'), faultEntry)
    .describe(
      'By id. As in a profile, a family adds to those of the family it extends; null takes one away.',
    ),
});

/** A fault that is known beforehand: how it shows, why, and what to do. */
export type FaultEntry = z.infer<typeof faultEntry> & { readonly id: string };

function unknownPlaceholders(text: string): string[] {
  return [...text.matchAll(/\{([^{}]*)\}/g)]
    .map((found) => found[1] ?? '')
    .filter((name) => !(tacPlaceholders as readonly string[]).includes(name));
}
