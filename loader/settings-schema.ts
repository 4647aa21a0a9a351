import { z } from 'zod';
import { readAmount, readWaves } from '../language/index.ts';
import { windowFault } from './maintenance-windows.ts';

const duration = z.string().regex(/^\d+(ms|s|m|h|d)$/, 'a number and a unit: 500ms, 90s, 15m, 4h, 2d');

const amount = z.union([z.number(), z.string()]);

const window = z
  .strictObject({
    cron: z
      .string()
      .describe('When it opens: minute, hour, day of the month, month, day of the week (0 or 7 is Sunday).'),
    for: duration.describe('How long it is open, whatever the clock on the wall does meanwhile.'),
    zone: z.string().describe('IANA time zone in which `cron` is meant, such as Europe/Berlin.'),
  })
  .superRefine((value, context) => {
    const fault = windowFault(value);
    if (fault !== undefined) context.addIssue({ code: 'custom', path: [fault.part], message: fault.message });
  });

const rollout = z
  .strictObject({
    waves: z
      .array(
        amount.refine(
          (size) => readWaves([size]) !== undefined,
          'sizes of waves are numbers from 1, or percentages from 1% to 100%',
        ),
      )
      .min(1)
      .optional()
      .describe(
        'Sizes of the waves in which devices are restarted, such as [1, 10%, 100%]; the last one again and again.',
      ),
    budget: amount
      .refine(
        (value) => readAmount(value) !== undefined,
        'a budget is a number from 0, or a percentage from 0% to 100%',
      )
      .optional()
      .describe(
        'Failures that are borne before nothing new is begun: a number, or a percentage (rounded down).',
      ),
    windows: z
      .array(window)
      .default([])
      .describe('Maintenance windows; outside of all of them no device is restarted. None: at any time.'),
  })
  .prefault({})
  .describe(
    'Waves, budget and windows of restarts and proofs. They never hold back a delivery. A run may name others.',
  );

/** A site's limits and policies. Every key may be left out. */
export const settingsFile = z
  .strictObject({
    lanes: z
      .number()
      .int()
      .min(1)
      .max(500)
      .default(64)
      .describe('Devices worked on at the same time, where a stage says nothing else.'),
    loginsPerSecond: z
      .number()
      .positive()
      .max(1000)
      .default(10)
      .describe(
        'New SSH logins of one worker per second, in the long run, over all boxes and jump hosts. Each worker counts for itself.',
      ),
    loginBurst: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(10)
      .describe('New SSH logins of one worker at once, after a rest.'),
    concurrentLogins: z
      .number()
      .int()
      .min(1)
      .max(500)
      .default(16)
      .describe(
        'SSH logins of one worker under way at once, from the connection to the root shell. A RADIUS server that is slow is not asked more than this.',
      ),
    samePasswordAtOnce: z
      .number()
      .int()
      .min(1)
      .max(500)
      .default(1)
      .describe(
        'Logins that have the same password on its way at once, when a box has accepted it before. 1: a password that is changed in the middle of the night is refused once. More is faster where the answer takes long.',
      ),
    sessions: z
      .strictObject({
        closeIdleAfter: duration
          .default('60s')
          .describe('A session, or a connection to a jump host, that nobody uses is closed after this time.'),
        keepIdle: z
          .number()
          .int()
          .min(0)
          .max(5000)
          .default(200)
          .describe('So many sessions are kept open that nobody uses; the one longest idle is closed first.'),
      })
      .prefault({})
      .describe('Sessions of one worker that are kept for the next step.'),
    jumpHosts: z
      .strictObject({
        channels: z
          .number()
          .int()
          .min(1)
          .max(1000)
          .default(64)
          .describe('Boxes behind one connection to a jump host.'),
        connections: z
          .number()
          .int()
          .min(1)
          .max(100)
          .default(4)
          .describe(
            'Connections of one worker to one jump host; a further one is made when the others are full.',
          ),
      })
      .prefault({})
      .describe('Ways through jump hosts.'),
    sshPorts: z
      .array(z.number().int().min(1).max(65_535))
      .min(1)
      .default([22])
      .describe(
        'Ports tried for hosts whose names are hashed in known_hosts, where a port cannot be read from the line.',
      ),
    keyTransferThroughTerminal: z
      .enum(['ask', 'allow', 'refuse'])
      .default('ask')
      .describe(
        'A private key may travel through the terminal where a box offers neither SFTP nor exec; session recorders see it. ask: covered by the yes to the plan, which names such boxes.',
      ),
    readTaskTable: z
      .boolean()
      .default(false)
      .describe(
        "Read critical tasks from the FMC's database with OmniQuery, which Cisco does not document; without it generate_certs.pl itself is the judge.",
      ),
    readHaStatus: z
      .boolean()
      .default(false)
      .describe(
        'Read roles and sync of a pair of FMCs with troubleshoot_HADC.pl (its status only), which Cisco does not document; without it a person confirms them before each FMC.',
      ),
    criticalTasks: z
      .strictObject({
        every: duration.optional().describe('Pause between two looks; default: as the runbook says.'),
        limit: duration
          .optional()
          .describe('After this the run asks a person; default: as the runbook says.'),
      })
      .optional()
      .describe('Waiting for critical tasks on the FMC.'),
    backupMaxAge: duration.default('7d').describe('A backup of the FMC older than this is not good enough.'),
    verify: z
      .strictObject({
        warnAfter: duration.default('5m').describe('From here on the wait for the tunnel is shown as slow.'),
        parkAfter: duration.default('15m').describe('From here on the device waits for a person.'),
        every: duration.default('10s').describe('Pause between two looks.'),
        secondLookAfter: duration
          .default('2m')
          .describe('A tunnel that came up must still stand, with a newer heartbeat, after this time.'),
      })
      .prefault({})
      .describe('Waiting for the tunnel after a restart.'),
    siteWorkerWithin: duration
      .default('60s')
      .describe('After this a step that no worker of its site has taken becomes a question.'),
    rollout,
    pollGenerateEvery: duration
      .default('10s')
      .describe('Pause between two looks at the output of generate_certs.pl.'),
    profilesDir: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Folder with further device families, which win over those of RUNBOOK_HOME/families and over the shipped ones; relative to this file.',
      ),
  })
  .describe('Settings of a site.');

export type Settings = z.infer<typeof settingsFile>;
