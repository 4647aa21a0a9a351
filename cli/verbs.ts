import type { Command } from 'commander';

/** What the module of a verb exports: arguments, options and action of its command. */
export interface VerbModule {
  configure(command: Command): void;
}

export interface Verb {
  readonly summary: string;
  /** Imports the module of the verb; called only for the verb that was typed. */
  readonly load: () => Promise<VerbModule>;
}

/** Every verb, in the order of the help text. A new verb is a module in commands/ and a line here. */
export const verbs = {
  validate: {
    summary: 'check runbooks and inventories; touches nothing',
    load: () => import('./commands/validate.ts'),
  },
  schema: { summary: 'print a JSON Schema', load: () => import('./commands/schema.ts') },
  certs: {
    summary: 'show the certificates of the boxes and how long they last',
    load: () => import('./commands/certs.ts'),
  },
  plan: {
    summary: 'look at the boxes and show what a run would do; changes nothing',
    load: () => import('./commands/plan.ts'),
  },
  check: {
    summary: 'look at the boxes, days before too, and say go or no-go; changes nothing',
    load: () => import('./commands/check.ts'),
  },
  run: { summary: 'do what a plan shows', load: () => import('./commands/run.ts') },
  watch: { summary: 'follow a run', load: () => import('./commands/watch.ts') },
  status: {
    summary: 'score of a run, its questions and the commands that answer them',
    load: () => import('./commands/status.ts'),
  },
  list: { summary: 'the runs', load: () => import('./commands/list.ts') },
  approve: { summary: 'say yes to a question of a run', load: () => import('./commands/approve.ts') },
  deny: { summary: 'say no to a question of a run', load: () => import('./commands/deny.ts') },
  answer: {
    summary: 'type an answer at an unknown prompt of a box',
    load: () => import('./commands/answer.ts'),
  },
  retry: {
    summary: 'try again what failed: a step, a device, all of them',
    load: () => import('./commands/retry.ts'),
  },
  skip: { summary: 'leave a device or a step out, with a reason', load: () => import('./commands/skip.ts') },
  rollback: {
    summary: 'put back what a run has replaced on one device, only where that helps',
    load: () => import('./commands/rollback.ts'),
  },
  pause: {
    summary: 'begin nothing new that changes a box; what is in flight is finished',
    load: () => import('./commands/pause.ts'),
  },
  resume: { summary: 'go on after a pause', load: () => import('./commands/resume.ts') },
  hold: {
    summary: 'begin nothing that changes one device; the others go on',
    load: () => import('./commands/hold.ts'),
  },
  release: { summary: 'go on with a device that was held', load: () => import('./commands/release.ts') },
  note: { summary: 'note something on a run or a box of it', load: () => import('./commands/note.ts') },
  takeover: { summary: 'be in charge of a run from now on', load: () => import('./commands/takeover.ts') },
  cancel: { summary: 'end a run; what is under way is finished', load: () => import('./commands/cancel.ts') },
  report: { summary: 'write the report of a run', load: () => import('./commands/report.ts') },
  up: {
    summary: 'start the Temporal server and the worker of this machine',
    load: () => import('./commands/up.ts'),
  },
  down: { summary: 'stop them; open runs go on at the next start', load: () => import('./commands/down.ts') },
  worker: { summary: 'run a worker in the foreground', load: () => import('./commands/worker.ts') },
  lab: {
    summary: 'appliances that are not there, to try everything on',
    load: () => import('./commands/lab.ts'),
  },
  doctor: {
    summary: 'what works on this machine and what does not',
    load: () => import('./commands/doctor.ts'),
  },
} as const satisfies Record<string, Verb>;

export function isVerb(text: string): text is keyof typeof verbs {
  return Object.hasOwn(verbs, text);
}
