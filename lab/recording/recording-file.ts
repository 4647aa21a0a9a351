import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** What the lab needs of a recording; everything else in the file is for people and for the product. */
const recordingSchema = z.object({
  recording: z.literal(1),
  box: z.string(),
  events: z.array(
    z.object({
      at: z.number(),
      shows: z.string().optional(),
      types: z
        .union([z.string(), z.object({ secret: z.string(), end: z.string().default('\r') })])
        .optional(),
      closes: z.literal(true).optional(),
    }),
  ),
});

export type Recording = z.output<typeof recordingSchema>;
export type Typing = NonNullable<Recording['events'][number]['types']>;

/** Reads a recording; throws when it is none. */
export function readRecording(file: string): Recording {
  const read = recordingSchema.safeParse(parse(readFileSync(file, 'utf8')));
  if (read.success) return read.data;
  throw new Error(`${file} is no recording: ${z.prettifyError(read.error)}`);
}
