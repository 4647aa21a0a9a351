/** Fleets as pages and reports get them. */
import type { FleetDocument, MemberState } from '../../../workflows/contract.ts';
import type { ShownFleet } from '../../../cli/output/fleet-page.ts';

const score = { done: 0, running: 0, waiting: 0, failed: 0, notStarted: 0 };

function member(name: string, state: Partial<MemberState>): MemberState {
  return {
    name,
    run: `renew/aaaaaaaa-0000-4000-8000-${name.padStart(12, '0')}`,
    manager: `fmc-${name}`,
    uuid: '',
    status: 'waiting',
    held: false,
    followed: false,
    order: 0,
    devices: 10,
    lanes: 0,
    outcome: null,
    exitCode: null,
    score: { ...score, notStarted: 10 },
    phases: {},
    asking: 0,
    note: null,
    changeId: 'CHG0042',
    startedAt: null,
    endedAt: null,
    runStartedAt: null,
    leftToDo: [],
    left: 0,
    ...state,
  };
}

const at = '2026-11-23T20:00:00Z';
const done: Partial<MemberState> = {
  status: 'done',
  outcome: 'done',
  exitCode: 0,
  score: { ...score, done: 10 },
  phases: { proven: 8, delivered: 2 },
  startedAt: at,
  endedAt: '2026-11-23T20:20:00Z',
  runStartedAt: '2026-11-23T20:00:01.500Z',
};

const base: Omit<FleetDocument, 'members'> = {
  schemaVersion: 1,
  kind: 'fleet',
  run: 'fleet/emea',
  fleet: { name: 'emea', digest: 'sha256:f', file: '/night/fleet.yaml' },
  runbook: { name: 'renew-sftunnel-ca', version: 1, digest: 'sha256:r' },
  outcome: 'running',
  exitCode: 0,
  summary: '',
  startedAt: at,
  startedBy: { identity: 'ann@jump-1', approval: 'interactive' },
  inCharge: { by: 'ann@jump-1', since: at, before: [] },
  changeId: 'CHG0042',
  limits: { fmcs: 8, devices: 64, budget: '5%' },
  canary: { member: 'paris', approve: true },
  failures: { now: 1, allowed: 5 },
  leftOut: [{ name: 'oslo', reason: 'its FMC has no backup' }],
  questions: [],
  decisions: [{ at, by: 'ann@jump-1', verb: 'approve', question: 'canary#1', box: 'emea' }],
  leftToDo: [],
  phases: ['inspected', 'issued', 'delivered', 'proven'].map((id) => ({ id, title: id, ifStopped: '' })),
};

const left: Partial<MemberState> = {
  ...done,
  status: 'needs-hands',
  outcome: 'devices-left',
  exitCode: 4,
  score: { ...score, done: 9, failed: 1 },
  phases: { proven: 9, issued: 1 },
  note: '1 of 10 devices left <script>alert(1)</script>',
  leftToDo: ['ftd-3: Deliver its set by hand'],
  left: 1,
};

export const closed: FleetDocument = {
  ...base,
  outcome: 'devices-left',
  exitCode: 4,
  summary: '3 members: 2 done, 1 closed with something left.',
  endedAt: '2026-11-23T21:00:00Z',
  members: [member('paris', done), member('lyon', left), member('nice', { ...done, followed: true })],
  leftToDo: [
    'lyon is closed with something left. A new look comes first: runbook plan renew-sftunnel-ca --fleet /night/fleet.yaml --member lyon',
  ],
};

/** A hundred members in the middle of the night. */
export const hundred: ShownFleet = {
  ...base,
  questions: [
    {
      id: 'ftd-3/deliver/deliver#1',
      workflowId: 'renew/x',
      run: 'renew/aaaaaaaa-0000-4000-8000-000000site12',
      member: 'site-12',
      box: 'ftd-3',
      code: 'SESSION_SUDO_REFUSED',
      text: 'sudo said no',
      answers: ['retry', 'skip'],
    },
  ],
  members: Array.from({ length: 100 }, (_, index) => {
    const name = `site-${String(index)}`;
    const step = index % 2 === 0 ? 'Bring every device its own set, check it, restart the tunnel' : null;
    const state: Partial<MemberState> =
      index < 12
        ? done
        : index === 12
          ? {
              status: 'parked',
              asking: 1,
              outcome: 'waiting',
              startedAt: at,
              score: { ...score, done: 9, waiting: 1 },
            }
          : index === 13
            ? left
            : index < 20
              ? {
                  status: 'running',
                  outcome: 'running',
                  startedAt: at,
                  lanes: 8,
                  score: { ...score, done: 4, running: 6 },
                }
              : index === 20
                ? { held: true, note: 'Held by ann: power work' }
                : {};
    return { ...member(name, state), step };
  }),
};
