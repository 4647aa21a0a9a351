/** Handmade documents: what a workflow answers in the situations that the pages must show well. */
import type {
  DeviceDocument,
  DeviceStatus,
  KnownFault,
  Question,
  RunDocument,
} from '../../../workflows/contract.ts';
import type { Phases } from '../../../cli/output/phases.ts';

export const now = new Date('2026-11-23T20:00:00Z');

export const phases: Phases = [
  { id: 'inspected', title: 'inspected', ifStopped: 'Nothing has been changed on this device.' },
  {
    id: 'issued',
    title: 'issued',
    ifStopped:
      'The FMC has a new CA and this device does not have its new set yet. Do not restart sftunnel on it.',
  },
  {
    id: 'delivered',
    title: 'delivered, not proven',
    ifStopped: 'The new set lies on the device and fits; no fresh handshake was seen yet.',
  },
  {
    id: 'proven',
    title: 'proven',
    ifStopped: 'The tunnel came up on a fresh handshake with the new certificate.',
  },
];

const hex = (seed: number): string =>
  Array.from({ length: 32 }, (_, at) =>
    ((seed * 37 + at * 61) % 256).toString(16).padStart(2, '0').toUpperCase(),
  ).join(':');

export const oldCa = {
  subject: 'O=Sourcefire, Inc., CN=fmc-1, OU=Intrusion Management System, title=InternalCA',
  serial: '01',
  fingerprint: hex(1),
  notBefore: '2017-01-04T10:00:00Z',
  notAfter: '2027-01-02T10:00:00Z',
};
export const newCa = {
  ...oldCa,
  serial: '02',
  fingerprint: hex(2),
  notBefore: '2026-11-23T19:42:00Z',
  notAfter: '2036-11-20T19:42:00Z',
};

export const fmcUuid = '6a1e7c1e-0000-11f0-8000-0000000000fc';
export const run = `renew/${fmcUuid}`;

export const uuid = (number: number): string => `6a1e7c1e-0000-11f0-8000-${String(number).padStart(12, '0')}`;

export function device(
  number: number,
  status: DeviceStatus,
  phase: string,
  more: Partial<DeviceDocument> = {},
): DeviceDocument {
  return {
    uuid: uuid(number),
    name: `ftd-${number}`,
    manager: 'fmc-berlin',
    address: `192.0.2.${number % 250}:22`,
    status,
    phase,
    proven: phase === 'proven',
    question: null,
    note: null,
    leftToDo: [],
    case: number % 4 === 0 ? "A'" : 'A',
    tunnel: number % 4 === 0 ? 'down' : 'up',
    rung: number % 4 === 0 ? 'ssh' : 'tunnel',
    daysLeft: 40,
    oldFingerprint: hex(number + 10),
    newFingerprint: phase === 'delivered' || phase === 'proven' ? hex(number + 2000) : null,
    meanwhile: ['Do not reboot or upgrade it, do not restart sftunnel on it.'],
    ...more,
  };
}

export function question(box: string, more: Partial<Question> = {}): Question {
  return {
    id: `${box}/deliver/deliver#1`,
    workflowId: `${run}/${box}`,
    kind: 'failed',
    code: 'SESSION_NO_SPACE',
    step: 'deliver/deliver',
    box,
    text: `${box}: no room left on /ngfw (0 bytes free, 24 kB needed).`,
    state: 'The old three files are whole; nothing new lies in the folder.',
    remedy: 'Make room on the box, then retry; the old files are whole.',
    answers: ['retry', 'skip'],
    askedAt: '2026-11-23T19:50:00Z',
    ...more,
  };
}

function document(more: Partial<RunDocument>): RunDocument {
  return {
    schemaVersion: 1,
    kind: 'run',
    run,
    phases: [...phases],
    runbook: { name: 'renew-sftunnel-ca', version: 1, digest: 'd1' },
    outcome: 'running',
    exitCode: 0,
    summary: '',
    startedAt: '2026-11-23T19:40:00Z',
    startedBy: { identity: 'ann@jump-1', approval: 'interactive' },
    changeId: 'CHG0012345',
    managers: [
      {
        name: 'fmc-1',
        uuid: fmcUuid,
        address: '192.0.2.1:22',
        role: 'standalone',
        version: '7.4.1',
        oldCa,
        newCa,
        generations: 1,
        generatedAt: '2026-11-23T19:42:10Z',
        generatedBy: 'this run',
        backup: {
          path: '/var/sf/backup/fmc-1.tgz',
          sizeBytes: 123456789,
          sha256: 'ab'.repeat(32),
          age: '2d',
        },
      },
    ],
    devices: [],
    steps: [
      {
        path: 'inspect-manager/ca',
        title: 'InternalCA of fmc-1: dates and fingerprint',
        status: 'done',
        attempt: 1,
        startedAt: '2026-11-23T19:40:02Z',
        endedAt: '2026-11-23T19:40:05Z',
      },
      {
        path: 'gate/go',
        title: 'Approval',
        status: 'done',
        attempt: 1,
        startedAt: '2026-11-23T19:41:00Z',
        endedAt: '2026-11-23T19:41:01Z',
      },
      {
        path: 'generate/launch',
        title: 'Start generate_certs.pl on fmc-1, once',
        status: 'done',
        attempt: 1,
        startedAt: '2026-11-23T19:41:05Z',
        endedAt: '2026-11-23T19:41:10Z',
      },
      {
        path: 'generate/generated',
        title: 'Follow generate_certs.pl on fmc-1 and answer what the plan foresees',
        status: 'done',
        attempt: 1,
        startedAt: '2026-11-23T19:41:10Z',
        endedAt: '2026-11-23T19:42:30Z',
        note: 'new InternalCA, valid until 2036',
      },
      {
        path: 'deliver',
        title: 'Bring the new set to every device, and check it there',
        status: 'running',
        attempt: 1,
        startedAt: '2026-11-23T19:42:40Z',
      },
    ],
    questions: [],
    decisions: [
      {
        at: '2026-11-23T19:41:00Z',
        by: 'ann@jump-1',
        verb: 'approve',
        question: 'gate/go#1',
        box: 'fmc-1',
        reason: 'CAB said yes',
      },
    ],
    findings: [],
    leftToDo: [],
    inputs: { proof: 'none', canary: '', backupMaxAge: '7d' },
    ...more,
  };
}

/** Eight devices at work, one of them asks. */
export const eightRunning = document({
  devices: [
    device(1, 'done', 'delivered'),
    device(2, 'done', 'delivered'),
    device(3, 'running', 'issued', { step: 'deliver/deliver' }),
    device(4, 'parked', 'issued', { question: 'SESSION_NO_SPACE' }),
    device(5, 'running', 'issued', { step: 'deliver/check' }),
    device(6, 'done', 'delivered'),
    device(7, 'waiting', 'inspected'),
    device(8, 'done', 'proven'),
  ],
  questions: [question('ftd-4')],
});

/** Nothing can move without a person: two questions on one box, an unknown prompt on another. */
export const waiting = document({
  outcome: 'waiting',
  exitCode: 5,
  summary: '2 devices wait for a person.',
  devices: [device(1, 'done', 'delivered'), device(4, 'parked', 'issued'), device(8, 'parked', 'issued')],
  questions: [
    question('ftd-4'),
    question('ftd-8', {
      id: `${uuid(8)}/deliver/restart#1`,
      kind: 'prompt',
      code: 'SESSION_PROMPT_UNKNOWN',
      step: 'deliver/restart',
      text: 'The shell shows something that no profile describes.',
      screen: 'root@ftd-8:~# pmtool restartbyid sftunnel\nReally restart? [yes/no/later]',
      answers: ['answer', 'retry', 'skip'],
    }),
  ],
});

/** One FMC with a thousand devices, three of them in need of hands, forty asking. */
export const thousand = document({
  devices: Array.from({ length: 1000 }, (_, at) => {
    if (at < 3) return device(at, 'needs-hands', 'issued', { note: 'no route' });
    if (at < 43) return device(at, 'parked', 'issued', { question: 'DEVICE_UNREACHABLE' });
    if (at < 93) return device(at, 'running', 'issued', { step: 'deliver/deliver' });
    return at < 700
      ? device(at, 'done', at % 4 === 0 ? 'proven' : 'delivered')
      : device(at, 'waiting', 'issued');
  }),
  questions: Array.from({ length: 40 }, (_, at) =>
    question(`ftd-${at + 3}`, {
      code: 'DEVICE_UNREACHABLE',
      text: `ftd-${at + 3}: no connection (192.0.2.9:22, timeout).`,
      remedy: 'Check address, route and firewall, then retry.',
    }),
  ),
});

/** Closed, with devices left behind. */
export const devicesLeft = document({
  outcome: 'devices-left',
  exitCode: 4,
  summary: 'A new InternalCA was made once; 2 of 4 devices are left.',
  endedAt: '2026-11-23T19:58:20Z',
  devices: [
    device(1, 'done', 'delivered'),
    device(2, 'done', 'proven'),
    device(3, 'skipped', 'issued', {
      note: 'ann@jump-1: in storage',
      leftToDo: ['Bring the new set to the device by hand before it is switched on.'],
    }),
    device(4, 'needs-hands', 'issued', {
      note: 'expert mode is locked',
      leftToDo: ['Deliver by hand; see the report.'],
    }),
  ],
  steps: document({}).steps.map((step) =>
    step.status === 'running' ? { ...step, status: 'done' as const, endedAt: '2026-11-23T19:58:00Z' } : step,
  ),
  decisions: [
    ...document({}).decisions,
    {
      at: '2026-11-23T19:55:00Z',
      by: 'ann@jump-1',
      verb: 'skip',
      question: 'ftd-3/deliver/deliver#1',
      box: 'ftd-3',
      reason: 'in storage',
    },
  ],
  leftToDo: [
    'Take a new backup of fmc-1 now. The old one holds the old CA; restoring it would cut every device off.',
  ],
});

export const oldCaFault: KnownFault = {
  id: 'old-ca-on-device',
  title: 'The device still holds the old CA (err 20)',
  cause: 'One side presents the new CA and the other verifies with the old one.',
  do: ['Deliver the new set to this device.', 'Compare the fingerprints.'],
  doNot: ['Do not generate again.'],
  tac: 'sftunnel of {box} ({uuid}) fails with err 20, last seen {time}. Line: {line}',
  blocks: ['restart'],
  source: { text: 'OpenSSL verify number 20', mark: 'inferred' },
};

const metOldCa = {
  id: oldCaFault.id,
  line: '  err 20:unable to get local issuer certificate',
  at: '2026-11-23T19:51:00Z',
};

/** A tunnel that did not come back, with the fault that its log names. */
export const faulty = document({
  outcome: 'waiting',
  exitCode: 5,
  devices: [device(1, 'done', 'proven'), device(4, 'parked', 'delivered')],
  questions: [
    question('ftd-4', {
      code: 'TUNNEL_DOWN',
      step: 'deliver/verify',
      uuid: uuid(4),
      text: 'The tunnel of ftd-4 is not up.',
      state: 'The new set lies on the device and fits; sftunnel was restarted once.',
      remedy: 'Read the cause named; sftunnel is not restarted a second time by itself.',
      fault: metOldCa,
    }),
  ],
  findings: [
    {
      code: 'KNOWN_FAULT',
      severity: 'warn',
      text: 'seen in the look before',
      box: 'ftd-4',
      uuid: uuid(4),
      fault: { ...metOldCa, at: '2026-11-23T18:00:00Z', line: 'an older line' },
    },
  ],
  faults: [oldCaFault],
});

/** Names that try to steer the terminal, the page or the shell. */
export const hostileNames = [
  '<script>alert(1)</script>',
  '\u001b[2J\u001b[31mowned',
  "'; rm -rf / #",
  'עברית\u202Egpj.exe',
  '防火墙一号',
  '--all',
  '$(id)`id`',
  '"><img src=x onerror=alert(1)>',
];

export const hostile = document({
  outcome: 'waiting',
  exitCode: 5,
  summary: `<b>${hostileNames[1] ?? ''}</b>`,
  inCharge: { by: hostileNames[0] ?? '', since: '2026-11-23T19:54:00Z', before: [hostileNames[1] ?? ''] },
  paused: {
    since: '2026-11-23T19:55:00Z',
    by: hostileNames[3] ?? '',
    reason: hostileNames[1] ?? '',
    inFlight: hostileNames.map((name) => ({ box: name, step: name, title: name })),
  },
  decisions: hostileNames.map((name) => ({
    at: '2026-11-23T19:56:00Z',
    by: name,
    verb: 'note',
    box: name,
    reason: name,
  })),
  changeId: '"><svg onload=alert(1)>',
  devices: hostileNames.map((name, at) =>
    device(at + 1, 'parked', 'issued', { name, note: name, case: name }),
  ),
  questions: hostileNames.map((name, at) =>
    question(name, { id: `${uuid(at + 1)}/deliver/deliver#1`, screen: `${name}\r\n\u0007# ` }),
  ),
  findings: hostileNames.map((name) => ({
    code: 'DEVICE_UNREACHABLE',
    severity: 'warn' as const,
    text: name,
    box: name,
    fault: { id: oldCaFault.id, line: name, at: null },
  })),
  faults: [
    {
      ...oldCaFault,
      title: hostileNames.join(' '),
      do: [...hostileNames],
      tac: `{line} ${hostileNames.join(' ')}`,
    },
  ],
});
