import { z } from 'zod';
import type { FaultEntry } from './faults/schema.ts';
import { dialogueSchema } from './profile/dialogue.ts';
import { pattern } from './profile/pattern.ts';
import { fileToolsSchema, generateSchema, identitySchema, keepAliveSchema } from './profile/sections.ts';

export type { Dialogue, DialogueMove, DialogueState } from './profile/dialogue.ts';

/**
 * Everything the product believes about a family of boxes: how its shells look, what its commands and paths are, what its
 * programs print. Plain data; a new release of a box is an edit of its file.
 */
export const profileSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .describe('Name of the family: the name of its folder.'),
  title: z.string().describe('What people call it.'),
  dialogue: dialogueSchema,
  identity: identitySchema,
  paths: z
    .record(z.string(), z.string().startsWith('/'))
    .default({})
    .describe('Places on the box, by the name the actions use.'),
  commands: z
    .record(z.string(), z.string().min(1))
    .default({})
    .describe(
      'Command lines. `{name}` is replaced by the value in single quotes, so it must not stand inside quotes.',
    ),
  readCommands: z
    .array(z.string())
    .default([])
    .describe(
      'Names of `commands` that only read, are quick and need no placeholder but those of `paths`: what `lab record` runs as root.',
    ),
  patterns: z
    .record(z.string(), pattern)
    .default({})
    .describe('Regular expressions with named groups, by the name the actions use.'),
  timeouts: z
    .object({
      command: z.int().positive().default(60_000).describe('A command for which nothing else is said.'),
      connect: z.int().positive().default(20_000).describe('TCP and SSH handshake, each.'),
      login: z.int().positive().default(60_000).describe('The answer to the password.'),
    })
    .catchall(z.int().positive())
    .prefault({})
    .describe('Milliseconds, by name.'),
  limits: z
    .object({
      outputBytes: z
        .int()
        .positive()
        .default(8 * 1024 * 1024)
        .describe('More than that from one command is refused.'),
      lineBytes: z
        .int()
        .min(200)
        .max(3500)
        .default(900)
        .describe('Longest line typed; longer commands are built up piece by piece.'),
      fileBytes: z
        .int()
        .positive()
        .default(1024 * 1024)
        .describe('Largest file that is read unless the caller says otherwise.'),
    })
    .catchall(z.int().positive())
    .prefault({})
    .describe('By name.'),
  fileWays: z
    .array(z.enum(['sftp', 'exec', 'pty']))
    .min(1)
    .default(['sftp', 'exec', 'pty'])
    .describe('In order of preference.'),
  execFrom: z
    .array(z.string())
    .default([])
    .describe(
      'States in which a login may land that are POSIX shells: only there a command is sent over an exec channel.',
    ),
  fileTools: fileToolsSchema,
  keepAlive: z.array(keepAliveSchema).default([]).describe('In order of preference.'),
  generate: generateSchema.optional(),
  issuedSet: z
    .array(z.string())
    .default([])
    .describe(
      'Folders on the manager where the set of a device may lie, in order. Placeholders: {source}, {workFolder}, {deviceUuid}.',
    ),
});

/** A profile with the known faults that stand beside it. */
export type ApplianceProfile = z.infer<typeof profileSchema> & { readonly faults: readonly FaultEntry[] };
