import type { Effect } from './effect.ts';

/**
 * Where an action runs: on the manager, on one device, on whichever of the two its stage is about (`box`), or on an inventory entry that
 * has not yet said what it is.
 */
export type Scope = 'manager' | 'device' | 'box' | 'entry' | 'engine';

export interface ActionSpec {
  readonly effect: Effect;
  readonly scope: Scope;
  /** Whose worker does it, where boxes lie in different sites: that of the box it acts on, unless it says `manager`. */
  readonly servedBy?: 'manager';
  /** One line for the history and the plan; `{name}` is the box. */
  readonly summary: string;
  /** Longest time one attempt may take, in seconds. */
  readonly timeoutSeconds: number;
  /** The read action that tells from the box: done / not-done / partly / unknown. Every changing action has one. */
  readonly probe?: string;
  /** When the probe finds the thing still going on: is this step done with that, or does it follow again? */
  readonly whileRunning?: 'done' | 'again';
  /** Nothing is lost while it is not done: waves, budgets and windows may hold it back. Never so for what brings a set to a device. */
  readonly canWait?: true;
  /** What it leaves on the box when its worker dies now, and what to look at by hand. Every changing action says it. */
  readonly ifCutOff?: string;
}

/** The generation outlives us: the same holds from its start to its end. */
const generationGoesOn =
  'generate_certs.pl goes on under its own terminal on the FMC, or stands at its question there. Do not start it again. ' +
  'Look as root: tail -n 40 /var/sf/.runbook/generate.lock/attempt-*/screen.log (its screen), ' +
  'tail -n 40 /var/log/sf/sfca_generation.log, ps -eo pid,etimes,args | grep generate_certs.';

/** Any exchange of a set: what lies there follows from how far it came. */
const exchangeCutOff =
  "Temporary files (.*.runbook-new) and the lock .runbook-lock may lie in this FMC's folder below /var/sf/peers on the device. " +
  'Look at .runbook-lock/journal: absent or at "backup", the set that was there is whole; at "exchange", the set may be mixed until a ' +
  'run has repaired it; at "done", the other set is whole. Do not restart sftunnel on the device before its set is known to be whole.';

/** Files are exchanged one beside the other, with their old content kept. */
const filesCutOff = (doing: string): string =>
  `${doing} The old files are kept as /var/lib/runbook/SET/present/old/N (\`paths.privateRoot\` of the profile), with their places in the file ` +
  '`manifest` beside; /var/lib/runbook/SET/journal says how far it came. What was brought and not yet put in place is called .*.runbook-new.';

/** What a command does is the runbook's matter. */
const commandCutOff =
  'The command of the step may go on on the box, or may never have begun. Look at what it changes before it is typed by hand; the ' +
  '`probe` of the step in the runbook says how to look.';

/**
 * Every action a runbook may name in `do:` or `poll:`. The name is the Temporal activity type, so that a history reads like the
 * procedure. Pure data: it is part of the workflow bundle.
 */
export const actions = {
  identifyEntry: { effect: 'read', scope: 'entry', summary: 'Ask {name} what it is', timeoutSeconds: 180 },
  readIdentity: {
    effect: 'read',
    scope: 'manager',
    summary: 'Identity, clock and disk of {name}',
    timeoutSeconds: 180,
  },
  readInternalCa: {
    effect: 'read',
    scope: 'manager',
    summary: 'InternalCA of {name}: dates and fingerprint',
    timeoutSeconds: 180,
  },
  readPairState: {
    effect: 'read',
    scope: 'manager',
    summary: 'Pair of {name}: roles, sync, both CAs',
    timeoutSeconds: 300,
  },
  tunnelStatus: {
    effect: 'read',
    scope: 'manager',
    summary: 'sftunnel_status.pl on {name}: every peer, channel by channel',
    timeoutSeconds: 1800,
  },
  checkGenerator: {
    effect: 'read',
    scope: 'manager',
    summary: 'Is the hotfix installed on {name}, and can generate_certs.pl outlive a session?',
    timeoutSeconds: 180,
  },
  findGeneration: {
    effect: 'read',
    scope: 'manager',
    summary: 'Does generate_certs.pl run on {name}, and what lies there of earlier runs?',
    timeoutSeconds: 180,
  },
  checkCriticalTasks: {
    effect: 'read',
    scope: 'manager',
    summary: 'Critical tasks on {name}',
    timeoutSeconds: 180,
  },
  proveBackup: {
    effect: 'read',
    scope: 'manager',
    summary: 'Backup of {name}: file, size, sha256, age',
    timeoutSeconds: 900,
  },
  inspectDevice: {
    effect: 'read',
    scope: 'device',
    summary: 'Look at {name}: route, login, root, disk, clock, certificates, tunnels',
    timeoutSeconds: 600,
  },
  readUnit: {
    effect: 'read',
    scope: 'device',
    summary: 'Failover or cluster state of {name}',
    timeoutSeconds: 300,
  },
  checkRestart: {
    effect: 'read',
    scope: 'device',
    summary: 'Would every other manager take {name} back after a restart of sftunnel?',
    timeoutSeconds: 300,
  },
  launchGenerateCerts: {
    effect: 'irreversible',
    scope: 'manager',
    summary: 'Start generate_certs.pl on {name}, once',
    timeoutSeconds: 300,
    probe: 'probeGeneration',
    whileRunning: 'done',
    ifCutOff: generationGoesOn,
  },
  awaitGenerateCerts: {
    effect: 'irreversible',
    scope: 'manager',
    summary: 'Follow generate_certs.pl on {name} and answer what the plan foresees',
    timeoutSeconds: 6 * 3600,
    probe: 'probeGeneration',
    whileRunning: 'again',
    ifCutOff: generationGoesOn,
  },
  probeGeneration: {
    effect: 'read',
    scope: 'manager',
    summary: 'Has {name} a new InternalCA?',
    timeoutSeconds: 180,
  },
  readFailedPush: {
    effect: 'read',
    scope: 'manager',
    summary: 'FAILED_PUSH on {name}: which devices were missed',
    timeoutSeconds: 600,
  },
  probeDelivery: {
    effect: 'read',
    scope: 'device',
    summary: 'What {name} holds now: old, new, mixed or damaged',
    timeoutSeconds: 600,
  },
  deliverCerts: {
    effect: 'reversible',
    scope: 'device',
    summary: 'Bring the new set to {name} and check it there',
    timeoutSeconds: 900,
    probe: 'probeDelivery',
    ifCutOff: exchangeCutOff,
  },
  copyCertsFromManager: {
    effect: 'reversible',
    scope: 'device',
    servedBy: 'manager',
    summary: 'Let the script on the FMC copy the new set to {name}',
    timeoutSeconds: 3600,
    probe: 'probeHandDelivery',
    ifCutOff:
      'copy_sftunnel_certs.py may go on on the FMC for this one device; it ends by itself. Let it end before anything is copied by hand. ' +
      'Look as root on the FMC: ps -eo pid,etimes,args | grep copy_sftunnel; a folder of this run with a login in it may lie below ' +
      '/var/sf/.runbook until the script has ended.',
  },
  probeHandDelivery: {
    effect: 'read',
    scope: 'device',
    servedBy: 'manager',
    summary: 'Has {name} its new set by now, by itself or by what the FMC sees?',
    timeoutSeconds: 900,
  },
  restartTunnel: {
    effect: 'reversible',
    scope: 'device',
    summary: 'pmtool restartbyid sftunnel on {name}, once',
    timeoutSeconds: 300,
    probe: 'probeRestart',
    canWait: true,
    ifCutOff:
      'If the restart was sent, sftunnel comes back by itself within minutes; files are not touched. Do not restart it a second time. ' +
      'Look as root: pmtool status | grep sftunnel (its pid and start), and /var/sf/.runbook for the marker with the pid before.',
  },
  probeRestart: {
    effect: 'read',
    scope: 'device',
    summary: 'Was sftunnel on {name} restarted?',
    timeoutSeconds: 180,
  },
  verifyTunnel: {
    effect: 'read',
    scope: 'device',
    summary: 'Tunnel of {name}: both channels, start time, heartbeat',
    timeoutSeconds: 1800,
  },
  judgeRollback: {
    effect: 'read',
    scope: 'device',
    summary: 'Would the set that {name} had before help it now?',
    timeoutSeconds: 600,
  },
  restoreOldSet: {
    effect: 'reversible',
    scope: 'device',
    summary: 'Put the set that {name} had before back into its place',
    timeoutSeconds: 900,
    probe: 'probeRollback',
    ifCutOff: exchangeCutOff,
  },
  probeRollback: {
    effect: 'read',
    scope: 'device',
    summary: 'Which set {name} holds now',
    timeoutSeconds: 300,
  },
  tidyManager: {
    effect: 'reversible',
    scope: 'manager',
    summary: 'Remove the working files of this run from {name}',
    timeoutSeconds: 300,
    probe: 'probeGeneration',
    ifCutOff:
      'Only working files of this program were being removed: what is left below /var/sf/.runbook/generate.lock harms nothing. Look as root: ' +
      'ls -R /var/sf/.runbook.',
  },
  maintenanceWindow: {
    effect: 'read',
    scope: 'engine',
    summary: 'When may devices be begun?',
    timeoutSeconds: 30,
  },
  writePack: {
    effect: 'read',
    scope: 'engine',
    servedBy: 'manager',
    summary: 'Write the offline pack',
    timeoutSeconds: 1800,
  },
  inspectBox: {
    effect: 'read',
    scope: 'box',
    summary: 'Look at {name}: route, login, root, room, clock',
    timeoutSeconds: 600,
  },
  observe: {
    effect: 'read',
    scope: 'box',
    summary: 'Look at {name} with a command',
    timeoutSeconds: 6 * 3600,
  },
  runCommand: {
    effect: 'reversible',
    scope: 'box',
    summary: 'Run a command on {name}',
    timeoutSeconds: 6 * 3600,
    probe: 'probeCommand',
    ifCutOff: commandCutOff,
  },
  runCommandOnce: {
    effect: 'irreversible',
    scope: 'box',
    summary: 'Run a command on {name}, once',
    timeoutSeconds: 6 * 3600,
    probe: 'probeCommand',
    ifCutOff: commandCutOff,
  },
  probeCommand: {
    effect: 'read',
    scope: 'box',
    summary: 'Has the command on {name} done its work?',
    timeoutSeconds: 600,
  },
  readFile: { effect: 'read', scope: 'box', summary: 'Read a file of {name}', timeoutSeconds: 300 },
  readCertificate: {
    effect: 'read',
    scope: 'box',
    summary: 'Read a certificate for {name}',
    timeoutSeconds: 300,
  },
  tlsHandshake: {
    effect: 'read',
    scope: 'box',
    summary: 'TLS handshake with {name}: the certificate that it presents',
    timeoutSeconds: 3600,
  },
  backUpFiles: {
    effect: 'reversible',
    scope: 'box',
    summary: 'Keep copies of the files of {name}',
    timeoutSeconds: 600,
    probe: 'probeFiles',
    ifCutOff: filesCutOff('Copies were being made; nothing was changed.'),
  },
  putFiles: {
    effect: 'reversible',
    scope: 'box',
    summary: 'Put new files into their places on {name}',
    timeoutSeconds: 900,
    probe: 'probeFiles',
    ifCutOff: filesCutOff('New files were being put into their places; some may be new and some old.'),
  },
  restoreFiles: {
    effect: 'reversible',
    scope: 'box',
    summary: 'Put the kept files of {name} back into their places',
    timeoutSeconds: 600,
    probe: 'probeFiles',
    ifCutOff: filesCutOff('Kept files were being put back; some may be new and some old.'),
  },
  releaseFiles: {
    effect: 'reversible',
    scope: 'box',
    summary: 'Give the lock on the files of {name} back',
    timeoutSeconds: 300,
    probe: 'probeFiles',
    ifCutOff: filesCutOff('Only the lock of this run was being removed.'),
  },
  probeFiles: {
    effect: 'read',
    scope: 'box',
    summary: 'Which files lie on {name}',
    timeoutSeconds: 300,
  },
  writeReport: {
    effect: 'read',
    scope: 'engine',
    summary: 'Write the report of the run',
    timeoutSeconds: 120,
  },
} as const satisfies Record<string, ActionSpec>;

/** A key of {@link actions}. */
export type ActionName = keyof typeof actions;

export function isActionName(name: string): name is ActionName {
  return Object.hasOwn(actions, name);
}

export function actionSpec(name: ActionName): ActionSpec {
  return actions[name];
}
