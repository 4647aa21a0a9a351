import { z } from 'zod';
import { addressFault } from './host-address.ts';
import { parseHostKey } from './host-key.ts';

/** The YAML inventory. Secrets stand in it by reference only; no message about this file quotes a value from it. */

const name = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text), 'holds a control character')
  .describe('Name for people; identity is what the box itself says.');
const address = z
  .string()
  .refine((text) => addressFault(text) === undefined, {
    error: (issue) => addressFault(String(issue.input))?.message ?? 'not an address',
  })
  .describe('IPv4, IPv6 (without brackets) or host name.');
const port = z
  .number()
  .int()
  .min(1)
  .max(65_535)
  .describe('SSH port; default: the one of `[host]:port` in known_hosts, else 22.');
const family = z
  .string()
  .min(1)
  .describe('Device family, a folder under devices/families; default: the box says what it is.');
const hostKey = z
  .string()
  .refine((text) => hostKeyFault(text) === undefined, {
    error: (issue) => hostKeyFault(String(issue.input)) ?? 'not a host key',
  })
  .describe('Public host key: `ssh-ed25519 AAAA…`.');

/** Where a password comes from. Paths are relative to the inventory's folder. */
export const secretReference = z
  .union([
    z
      .strictObject({
        env: z
          .string()
          .refine(
            (text) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text),
            'must be the name of an environment variable',
          ),
      })
      .describe('Environment variable of the worker.'),
    z.strictObject({ file: z.string().min(1) }).describe('File whose first line it is; mode 0600.'),
    z
      .strictObject({ csv: z.string().min(1), name: z.string().min(1) })
      .describe("Row of a `devices.csv`, by its device's name."),
  ])
  .describe('Where the password comes from: never the password itself.');

const login = {
  port: port.optional(),
  username: z.string().min(1).optional().describe('Login name; from `defaults` where it is left out.'),
  family: family.optional(),
  password: secretReference.optional(),
  sudoPassword: secretReference.optional().describe('Password for sudo; default: that of the login.'),
};

const box = {
  name,
  host: address,
  ...login,
  hostKeys: z.array(hostKey).min(1).optional().describe('Instead of known_hosts.'),
};

const site = z
  .string()
  .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)?$/, 'small letters, digits and hyphens, at most 40')
  .describe(
    'Site whose worker reaches the box: `runbook worker --site NAME` beside the bastion there; empty: none, whatever `defaults` say.',
  );
const via = z
  .array(z.string())
  .describe(
    'Names of jump hosts, nearest to the engine first: to the worker of the site where there is one.',
  );

export const inventoryFile = z
  .strictObject({
    apiVersion: z.literal('inventory/v1').optional(),
    defaults: z
      .strictObject({ ...login, via: via.optional(), site: site.optional() })
      .default({})
      .describe('For every entry that says nothing else.'),
    jumpHosts: z
      .array(z.strictObject(box))
      .default([])
      .describe('Hosts on the way; `defaults` do not apply to them.'),
    secrets: z
      .record(z.string().regex(/^[A-Za-z][\w.-]*$/, 'letters, digits, dots and hyphens'), secretReference)
      .default({})
      .describe(
        'By name: what `answer --send-credential NAME` may type at an unknown prompt, beside the passwords of the entries.',
      ),
    entries: z.array(z.strictObject({ ...box, via: via.optional(), site: site.optional() })).min(1),
  })
  .describe('Managers and devices, routes, host keys and credentials by reference.');

export type InventoryFile = z.infer<typeof inventoryFile>;
export type SecretReference = z.infer<typeof secretReference>;

function hostKeyFault(text: string): string | undefined {
  const [type, blob] = text.trim().split(/\s+/);
  const key = parseHostKey(type, blob);
  return 'fault' in key ? key.fault : undefined;
}
