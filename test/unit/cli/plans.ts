/** Handmade plans and records; the documents of runs stand in documents.ts. */
import type { Plan, PlannedDevice, WindowLook } from '../../../workflows/contract.ts';
import type { RunRecord } from '../../../cli/client/read-run.ts';
import { oldCa, oldCaFault, fmcUuid, run, device, question, uuid } from './documents.ts';

export function plannedDevice(number: number, more: Partial<PlannedDevice> = {}): PlannedDevice {
  const {
    case: kind,
    tunnel,
    rung,
    daysLeft,
    oldFingerprint,
    meanwhile,
  } = device(number, 'waiting', 'inspected');
  return {
    uuid: uuid(number),
    name: `ftd-${number}`,
    address: `192.0.2.${number}:22`,
    columns: {
      case: kind ?? null,
      tunnel: tunnel ?? null,
      rung: rung ?? null,
      daysLeft: daysLeft ?? null,
      oldFingerprint: oldFingerprint ?? null,
      meanwhile: meanwhile ?? null,
    },
    findings: [],
    ...more,
  };
}

/** No window is kept to. */
export const windowLook = (): WindowLook => ({ kind: 'always' });

export const plan: Plan = {
  schemaVersion: 1,
  kind: 'plan',
  runbook: { name: 'renew-sftunnel-ca', version: 1, digest: 'd1' },
  inventory: { inventory: '/srv/devices.csv', knownHosts: '/srv/known_hosts', digest: 'i1' },
  madeAt: '2026-11-23T19:39:00Z',
  planWorkflowId: 'plan/renew-sftunnel-ca/20261123T193800Z-ab12',
  runId: run,
  manager: {
    uuid: fmcUuid,
    name: 'fmc-1',
    address: '192.0.2.1:22',
    columns: { role: 'standalone', version: '7.4.1', oldCa },
  },
  entries: [],
  steps: [
    { path: 'identify/who', title: 'Ask every box what it is', effect: 'read', status: 'seen' },
    {
      path: 'inspect-manager/ca',
      title: 'InternalCA of fmc-1: dates and fingerprint',
      effect: 'read',
      status: 'seen',
    },
    {
      path: 'gate/go',
      title: 'Approval',
      effect: 'person',
      status: 'planned',
      note: 'covered by the yes to this plan',
    },
    {
      path: 'generate/launch',
      title: 'Start generate_certs.pl on fmc-1, once',
      effect: 'irreversible',
      status: 'planned',
      note: 'kept alive by screen',
    },
    {
      path: 'deliver/deliver',
      title: 'Bring the new set to each device and check it there',
      effect: 'reversible',
      status: 'planned',
      note: '2 devices',
    },
    {
      path: 'deliver/restart',
      title: 'pmtool restartbyid sftunnel, once',
      effect: 'reversible',
      status: 'planned',
      note: '2 devices whose tunnel is down: ftd-4, ftd-8',
    },
    {
      path: 'finish/after',
      title: 'sftunnel_status.pl on fmc-1: every peer, channel by channel',
      effect: 'read',
      status: 'planned',
    },
    {
      path: 'ready/generator',
      title: 'Is the hotfix installed on fmc-1?',
      effect: 'read',
      status: 'not-needed',
    },
  ],
  devices: Array.from({ length: 8 }, (_, at) => plannedDevice(at + 1)),
  findings: [],
  drift: [],
  inputs: { proof: 'none', canary: '', backupMaxAge: '7d' },
  runnable: true,
};

/** A plan of a runbook that says something of the night. */
export const nightPlan: Plan = {
  ...plan,
  steps: plan.steps.map((step) =>
    step.status === 'seen' ? { ...step, note: 'as it should be', at: '2026-11-23T19:38:30Z' } : step,
  ),
  findings: [
    {
      code: 'KNOWN_FAULT',
      severity: 'warn',
      text: `${oldCaFault.title}. ${oldCaFault.cause}`,
      box: 'ftd-4',
      uuid: uuid(4),
      fault: { id: oldCaFault.id, line: 'err 20:unable to get local issuer certificate', at: null },
    },
    { code: 'DEVICE_UNREACHABLE', severity: 'accept', text: 'No connection to it.', box: 'ftd-8' },
  ],
  faults: [oldCaFault],
  outlook: {
    changeId: 'CHG0012345',
    pointOfNoReturn: {
      path: 'generate/launch',
      title: 'Start generate_certs.pl on fmc-1, once',
      means: 'From here on there is a new InternalCA and no way back to the old one.',
    },
    phases: [
      { stage: 'ready', title: 'Is the FMC ready?', ms: 60_000, devices: 8 },
      { stage: 'gate', title: 'Approval', ms: 300_000, devices: 8 },
      { stage: 'generate', title: 'Make the new CA, once', ms: 220_000, devices: 8 },
      {
        stage: 'deliver',
        title: 'Bring the new set to every device, and check it there',
        ms: 720_000,
        devices: 8,
      },
      { stage: 'finish', title: 'Does every tunnel run?', ms: 100_000, devices: 8 },
    ],
    awake: [
      { who: 'FMC operator', for: 'the questions of the run', from: 'Is the FMC ready?' },
      { who: 'Network and firewall', for: 'SSH to ftd-4, ftd-8', from: 'Bring the new set to every device' },
    ],
    switchOff: [
      {
        what: 'Scheduled backups',
        where: 'System > Tools > Scheduling',
        why: 'generate_certs.pl refuses while a backup runs.',
      },
      { what: 'Deployments', where: 'Deploy', why: 'nobody knows what happens to a device meanwhile.' },
    ],
    assumed: ['That no critical task runs; the task table was not read.'],
  },
};

export const blockedPlan: Plan = {
  ...plan,
  runnable: false,
  findings: [
    { code: 'DEVICE_CLOCK', severity: 'warn', text: 'The clock is 40 s ahead.', box: 'ftd-2' },
    {
      code: 'DEVICE_UNREACHABLE',
      severity: 'accept',
      text: 'No connection to 192.0.2.7:22 (timeout after 20 s).',
      box: 'ftd-7',
    },
    {
      code: 'DEVICE_HOST_KEY_CHANGED',
      severity: 'block',
      text: 'The host key is not the one in known_hosts.',
      box: 'ftd-3',
    },
  ],
};

/** What the server knows of the waiting run while no worker answers. */
export const record: RunRecord = {
  run,
  status: 'RUNNING',
  startedAt: '2026-11-23T19:40:00Z',
  memo: {
    outcome: 'waiting',
    phase: 'deliver',
    step: 'deliver/deliver',
    score: { done: 5, running: 0, waiting: 1, failed: 0, notStarted: 2 },
    questions: [question('ftd-4')],
  },
};

export const pausedRecord: RunRecord = {
  ...record,
  memo: {
    outcome: 'waiting',
    phase: 'deliver',
    step: 'deliver/deliver',
    score: { done: 5, running: 0, waiting: 0, failed: 0, notStarted: 3 },
    paused: { since: '2026-11-23T19:55:00Z', by: 'bob@jump-2', reason: 'the window moves' },
    questions: [],
  },
};

/** The night plan in waves, with windows that are not those of the site. */
export const wavesPlan: Plan = {
  ...nightPlan,
  rollouts: [
    {
      stage: 'prove',
      title: 'Prove tunnels on a fresh handshake',
      devices: 8,
      waves: [1, 1, 6],
      budget: 0,
      windows: '0 22 * * 1-5 for 6h in Europe/Berlin',
      takesMs: 120_000,
    },
  ],
  lockout: {
    devices: 8,
    atOnce: 0,
    first: { at: '2027-01-02T10:00:00Z', of: 'the CA of its FMC', box: null },
    notKnown: 0,
    needsMs: 1_300_000,
    basis: 'runbook',
  },
  override: { inputs: ['window'], by: 'ann@jump-1', reason: 'CHG0012345 allows it' },
};

/** The window of {@link wavesPlan}, seen in the evening before it opens. */
export const eveningLook = (): WindowLook => ({
  kind: 'window',
  opens: '2026-11-23T21:00:00Z',
  lastStart: '2026-11-24T02:58:00Z',
  closes: '2026-11-24T03:00:00Z',
});
