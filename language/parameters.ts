import { z } from 'zod';
import type { ActionName } from './actions.ts';

/**
 * What the actions that fit any box take in `with:`. Checked when the runbook is read, as far as no `${expression}` stands there, and
 * again when the action is called. No secret is among them: what is secret lies in a file that the worker reads.
 */

const text = z.string().min(1);
const plainPath = z
  .string()
  .regex(/^\/[^\u0000-\u001f\u007f]*$/, 'an absolute path')
  .describe('Absolute path on the box.');
const workerFile = z
  .string()
  .min(1)
  .describe(
    "File on the machine of the worker, relative to the inventory's folder. Only its path stands in the history.",
  );
const duration = z.string().regex(/^\d+(ms|s|m|h)$/, 'a number and a unit: 500ms, 90s, 15m');
const pattern = z
  .string()
  .min(1)
  .refine((source) => {
    try {
      new RegExp(source);
      return true;
    } catch {
      return false;
    }
  }, 'not a valid regular expression')
  .describe('JavaScript regular expression, flag `m`.');
const variable = z
  .string()
  .regex(/^[a-z][A-Za-z0-9_]*$/, 'a small letter, then letters, digits and underscores');

const line = text.refine((given) => !given.includes('${'), {
  error: 'a command holds no ${…}: write $name, and name: ${…} under values',
});

const command = {
  command: line.describe(
    'For `sh`, as root, without input. No `${expression}` here: what comes from facts stands under `values` and is a shell variable here.',
  ),
  values: z
    .record(variable, z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('Shell variables of the command.'),
  timeout: duration.optional().describe("Default: the profile's `timeouts.command`."),
  shows: pattern.optional().describe('What it printed must match this; otherwise the step has failed.'),
  read: z
    .record(variable, pattern)
    .default({})
    .describe('Fact → pattern; the fact is the first group, else the match. No fact where nothing matches.'),
};

const set = z
  .string()
  .regex(/^[a-z0-9][-a-z0-9]*$/, 'small letters, digits and hyphens')
  .describe(
    'Name of these files, the same in all steps that deal with them. Two runs never hold it at once.',
  );

const probe = {
  probe: line
    .optional()
    .describe(
      'Command that only looks: exit status 0 = the work is done, 1 = it is not, anything else = nobody can tell. It gets the same `values`.',
    ),
};

export const observeParameters = z.strictObject({
  ...command,
  anyStatus: z
    .boolean()
    .default(false)
    .describe('Any exit status is an answer (the fact `status`); else one other than 0 is a failure.'),
});

export const commandParameters = z.strictObject({
  ...command,
  ...probe,
  repeatable: z
    .boolean()
    .default(false)
    .describe('Twice is as good as once: done again, without a look, when its outcome is not known.'),
});

export const onceParameters = z.strictObject({ ...command, ...probe });

export const inspectParameters = z.strictObject({
  room: z
    .array(z.strictObject({ path: plainPath, kb: z.number().int().min(1) }))
    .default([])
    .describe('Free space that is needed, in KiB.'),
});

export const readFileParameters = z.strictObject({ path: plainPath });

export const certificateParameters = z
  .strictObject({
    path: plainPath.optional(),
    file: workerFile.optional(),
    name: z.string().optional().describe('Host name: is the certificate for it (fact `nameFits`)?'),
    key: workerFile
      .optional()
      .describe('Private key on the machine of the worker: does it fit? It is not sent anywhere.'),
  })
  .refine(({ path, file }) => (path === undefined) !== (file === undefined), {
    error: 'exactly one of `path` (on the box) and `file` (on the machine of the worker)',
  });

export const handshakeParameters = z.strictObject({
  host: z.string().optional().describe('Default: the address of the box in the inventory.'),
  port: z.number().int().min(1).max(65_535),
  name: z
    .string()
    .optional()
    .describe(
      'Name asked for (SNI) and looked for in the certificate; default: the host, where it is a name.',
    ),
  expect: z.string().optional().describe('SHA-256 fingerprint that must be presented.'),
  within: duration.default('10s').describe('How long handshakes are tried until one is as expected.'),
});

export const backUpParameters = z.strictObject({ set, paths: z.array(plainPath).min(1).max(20) });

export const putParameters = z.strictObject({
  set,
  files: z
    .array(
      z.strictObject({
        path: plainPath,
        from: workerFile,
        mode: z
          .string()
          .regex(/^0?[0-7]{3}$/, "an octal mode in quotes, such as '0640'")
          .optional()
          .describe('Default: that of the file that is replaced, else 0600.'),
        owner: z
          .string()
          .regex(/^[a-z_][-a-z0-9_]*:[a-z_][-a-z0-9_]*$/, 'user:group')
          .optional()
          .describe('Default: that of the file that is replaced, else root:root.'),
      }),
    )
    .min(1)
    .max(20)
    .describe(
      'All of them are brought and checked beside the old ones; then they are renamed one right after the other.',
    ),
});

export const restoreParameters = z.strictObject({
  set,
  kept: z
    .boolean()
    .default(false)
    .describe(
      'Of the backup that an earlier run has left (`releaseFiles` with `keep`); default: the one of this run.',
    ),
});

export const releaseParameters = z.strictObject({
  set,
  keep: z
    .boolean()
    .describe('The backup stays, as `kept`, in place of the one before it; false: it is removed.'),
});

/** Keys whose values are taken as they stand: no `${expression}` in them. */
export const literal: ReadonlySet<string> = new Set(['command', 'probe']);

/** By the action. Those that are not here have parameters that only their own runbooks know. */
export const parameters: Readonly<Partial<Record<ActionName, z.ZodType>>> = {
  inspectBox: inspectParameters,
  observe: observeParameters,
  runCommand: commandParameters,
  runCommandOnce: onceParameters,
  readFile: readFileParameters,
  readCertificate: certificateParameters,
  tlsHandshake: handshakeParameters,
  backUpFiles: backUpParameters,
  putFiles: putParameters,
  restoreFiles: restoreParameters,
  releaseFiles: releaseParameters,
};
