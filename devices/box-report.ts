import { z } from 'zod';
import { errorCatalogue, type ErrorCode } from '../errors/index.ts';

const place = z
  .string()
  .nullable()
  .describe('`file:line` of the profile that says so; null where none does, or it is a default.');

/** One prompt that was recognised on the way, and what was typed before it. */
const step = z.strictObject({
  by: z.string().describe('`login`, or the key below `dialogue` whose line was typed, as `moves.expert`.'),
  byPlace: place,
  typed: z.string().nullable().describe('The line; null for a secret, and for the login.'),
  secret: z.enum(['password', 'sudoPassword']).nullable(),
  pages: z.number().int().describe('How often a pager was answered in between.'),
  state: z.string().describe('The state it led to.'),
  line: z.string().describe('The line that was recognised.'),
  pattern: z.string(),
  place,
  ms: z.number().int(),
});

const trouble = z.strictObject({
  code: z.enum(Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  state: z.string().nullable().describe('The last state that was recognised.'),
  after: z.string().nullable().describe('What was typed last: a key below `dialogue`, or `login`.'),
  screen: z.array(z.string()).describe('The last lines, as a pattern of the profile sees them.'),
  raw: z
    .array(z.string())
    .describe(
      'The last lines as they came, control characters made visible; empty where they might show a secret.',
    ),
  accepted: z
    .array(z.strictObject({ name: z.string(), pattern: z.string(), place }))
    .describe('What would have been recognised there.'),
  edit: z
    .strictObject({
      file: z.string(),
      shipped: z
        .boolean()
        .describe('It came with the product: edit a copy, see `profilesDir` of the settings.'),
      yaml: z.string().describe('To be put into that file; words in capitals are to be filled in.'),
    })
    .nullable(),
  frozen: z
    .enum(['box', 'credential'])
    .nullable()
    .describe(
      'The login was refused: it is not used again on this box, or anywhere, before somebody says so.',
    ),
  next: z.string(),
});

/** What `doctor --device` saw of a box. */
export const boxReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('box'),
  well: z.boolean().describe('It came to the root shell and all was found.'),
  device: z.string(),
  address: z.string(),
  via: z.array(z.strictObject({ name: z.string(), address: z.string() })),
  family: z.string().describe('The profile that was walked by.'),
  hostKey: z.string().nullable().describe('Type and fingerprint, once it was the known one.'),
  login: z.strictObject({
    user: z.string(),
    credential: z.string(),
    method: z.string().nullable().describe('How the password was sent; null: it was not.'),
  }),
  banner: z.array(z.string()),
  steps: z.array(step),
  root: z.boolean().describe('The shell answers as a root shell of POSIX does.'),
  files: z
    .strictObject({ way: z.enum(['sftp', 'exec', 'pty']), tried: z.array(z.enum(['sftp', 'exec', 'pty'])) })
    .nullable()
    .describe('How files travel, proven by random bytes; `tried` before it did not work.'),
  identity: z
    .strictObject({
      uuid: z.string(),
      model: z.string(),
      version: z.string(),
      hostname: z.string(),
      kind: z.string(),
      family: z.string(),
    })
    .nullable(),
  skewSeconds: z.number().int().nullable().describe('Clock of the box less that of this machine.'),
  space: z.array(z.strictObject({ path: z.string(), freeKb: z.number().int() })),
  trouble: trouble.nullable(),
});

export type BoxReport = z.infer<typeof boxReportSchema>;
export type BoxTrouble = z.infer<typeof trouble>;
