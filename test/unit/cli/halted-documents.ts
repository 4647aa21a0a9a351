/** Handmade documents of runs that begin nothing new; see documents.ts. */
import type { RunDocument } from '../../../workflows/contract.ts';
import { device, eightRunning, question } from './documents.ts';

/** Paused during the delivery, and taken over: one device is being finished, one stands before its change. */
export const paused: RunDocument = {
  ...eightRunning,
  inCharge: { by: 'bob@jump-2', since: '2026-11-23T19:54:00Z', before: ['ann@jump-1'] },
  paused: {
    since: '2026-11-23T19:55:00Z',
    by: 'bob@jump-2',
    reason: 'the window moves',
    inFlight: [
      {
        box: 'fmc-1',
        step: 'generate/generated',
        title: 'Follow generate_certs.pl on fmc-1 and answer what the plan foresees',
        since: '2026-11-23T19:41:10Z',
      },
      { box: 'ftd-3', step: 'deliver/deliver' },
    ],
  },
  devices: eightRunning.devices.map((one) => (one.name === 'ftd-5' ? { ...one, held: true } : one)),
  decisions: [
    { at: '2026-11-23T19:54:00Z', by: 'bob@jump-2', verb: 'takeover', reason: 'end of shift' },
    { at: '2026-11-23T19:55:00Z', by: 'bob@jump-2', verb: 'pause', reason: 'the window moves' },
    { at: '2026-11-23T19:56:00Z', by: 'bob@jump-2', verb: 'note', reason: 'TAC case 12345' },
    { at: '2026-11-23T19:57:00Z', by: 'cem@jump-3', verb: 'note', box: 'ftd-4', reason: 'rack 7, next door' },
  ],
};

/** Cancelled, and one step is still being finished. */
export const cancelling: RunDocument = {
  ...eightRunning,
  questions: [],
  cancelling: {
    since: '2026-11-23T19:55:00Z',
    by: 'ann@jump-1',
    reason: 'the window is over',
    inFlight: [{ box: 'ftd-3', step: 'deliver/deliver' }],
  },
};

/** A password was refused: 30 devices stand at that, one at something else; one is held. */
export const oneCause: RunDocument = {
  ...eightRunning,
  outcome: 'waiting',
  exitCode: 5,
  devices: [
    ...Array.from({ length: 31 }, (_, at) => device(at + 1, 'parked', 'issued')),
    device(32, 'waiting', 'issued', {
      held: true,
      hold: { since: '2026-11-23T19:45:00Z', by: 'ann@jump-1', reason: 'the site is in use' },
    }),
  ],
  questions: Array.from({ length: 31 }, (_, at) =>
    question(
      `ftd-${at + 1}`,
      at === 4
        ? {}
        : {
            code: 'DEVICE_AUTH_FAILED',
            text: 'The password of fleet-admin was refused; it is not tried again anywhere.',
            remedy: 'Mend the password in the inventory, then retry.',
            cause: 'credential:fleet-admin',
          },
    ),
  ),
};

/** In the third wave of its restarts; the budget is used up, and one device has not got its set. */
export const inWaves: RunDocument = {
  ...eightRunning,
  outcome: 'waiting',
  exitCode: 5,
  devices: [
    ...Array.from({ length: 16 }, (_, at) => device(at + 1, 'done', 'proven')),
    ...Array.from({ length: 3 }, (_, at) => device(at + 17, 'parked', 'delivered')),
    ...Array.from({ length: 20 }, (_, at) => device(at + 20, 'waiting', 'delivered')),
    device(40, 'needs-hands', 'issued'),
  ],
  rollouts: [
    {
      stage: 'prove',
      title: 'Prove tunnels on a fresh handshake',
      wave: 3,
      waves: [1, 4, 35],
      devices: 39,
      through: 16,
      inFlight: 0,
      notBegun: 20,
      failed: 3,
      budget: 2,
      window: {
        kind: 'window',
        opens: '2026-11-23T19:00:00Z',
        lastStart: '2026-11-24T03:58:00Z',
        closes: '2026-11-24T04:00:00Z',
      },
      heldBy: 'budget',
    },
  ],
  lockout: {
    devices: 1,
    atOnce: 1,
    first: { at: '2026-12-31T00:00:00Z', of: 'the CA of its FMC', box: 'ftd-40' },
    notKnown: 0,
    needsMs: null,
    basis: 'runbook',
  },
  questions: [
    question('fmc-1', {
      id: 'prove.budget#1',
      kind: 'approve',
      code: 'APPROVAL',
      step: 'prove',
      text: 'The budget is used up: 3 failed (ftd-17, ftd-18, ftd-19); 2 failures of 39 devices are borne. Nothing new is begun. 16 of 39 are through, 0 in flight, 20 not begun.',
      state: 'Nothing new is begun in this stage; what is in flight is finished.',
      remedy: 'Repair devices (retry them at their own questions) and this settles itself.',
      answers: ['approve', 'deny'],
      needs: ['reason'],
      lockout: {
        devices: 1,
        atOnce: 1,
        first: null,
        notKnown: 1,
        needsMs: null,
        basis: 'runbook',
      },
    }),
  ],
};

/** Its restarts wait for the window; nobody has to do anything. */
export const beforeWindow: RunDocument = {
  ...inWaves,
  outcome: 'running',
  exitCode: 0,
  rollouts: (inWaves.rollouts ?? []).map((rollout) => ({
    ...rollout,
    failed: 0,
    heldBy: 'window',
    window: {
      kind: 'window',
      opens: '2026-11-24T00:00:00Z',
      lastStart: '2026-11-24T03:58:00Z',
      closes: '2026-11-24T04:00:00Z',
    },
  })),
  devices: inWaves.devices.map((one) =>
    one.status === 'parked' ? { ...one, status: 'done' as const } : one,
  ),
  questions: [
    question('fmc-1', {
      id: 'prove.window#1',
      kind: 'approve',
      code: 'APPROVAL',
      step: 'prove',
      text: 'Outside of the maintenance window, which opens at 2026-11-24 00:00:00 +00:00 and closes at 2026-11-24 04:00:00 +00:00. Nothing new is begun. 16 of 39 are through, 0 in flight, 20 not begun.',
      state: 'Nothing new is begun in this stage; what is in flight is finished.',
      remedy: 'It goes on by itself then. Retry looks again.',
      answers: ['approve', 'deny', 'retry'],
      needs: ['reason'],
      settlesAt: '2026-11-24T00:00:00Z',
    }),
  ],
};
