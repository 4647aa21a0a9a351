import { z } from 'zod';

/** The fleet file: many FMCs in one night. Paths are relative to the folder of the file. */

const name = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'letters, digits, dots, dashes and underscores; at most 64')
  .describe('Short name; questions, tables and commands use it.');
const change = z.string().min(1).max(100).describe('Number of the change; recorded.');
const inputs = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .describe('Values for the inputs of the runbook.');

const member = z.strictObject({
  name,
  inventory: z.string().min(1).describe('devices.csv or inventory of one FMC, or of the two of a pair.'),
  knownHosts: z.string().min(1).optional().describe('Host keys of its boxes, as OpenSSH keeps them.'),
  devices: z.array(z.string().min(1)).min(1).optional().describe('Only these devices, by name or UUID.'),
  inputs: inputs.optional(),
  change: change.optional(),
  order: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(0)
    .describe('Members of a lower order are closed before this one begins.'),
});

export const fleetFile = z
  .strictObject({
    apiVersion: z.literal('fleet/v1').optional(),
    name: name.describe('Name of the fleet: its run is called fleet/NAME.'),
    change: change.optional(),
    inputs: inputs.optional(),
    limits: z
      .strictObject({
        fmcs: z
          .number()
          .int()
          .min(1)
          .max(200)
          .default(4)
          .describe('Members (FMCs or pairs) at work at once.'),
        devices: z
          .number()
          .int()
          .min(1)
          .max(2000)
          .optional()
          .describe('Devices worked on at once over all members; default: `lanes` of the settings.'),
        budget: z
          .union([z.number().int().min(0), z.string().regex(/^\d{1,3}(\.\d+)?%$/)])
          .default(0)
          .describe(
            'Members that may fail, a number or a percentage (10%); with more, a person is asked before each start.',
          ),
      })
      .prefault({})
      .describe('What may be under way at once, and how much may go wrong.'),
    canary: z
      .strictObject({
        member: name,
        approve: z.boolean().default(false).describe('Nothing after it begins before a person has agreed.'),
      })
      .optional()
      .describe('The member that goes first, alone.'),
    members: z.array(member).min(1).max(500),
  })
  .describe('Many FMCs in one night: their inventories, how many at once, how many may fail.');

export type FleetFile = z.infer<typeof fleetFile>;
