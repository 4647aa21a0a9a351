import type { Appliance } from '../appliance/appliance.ts';
import { criticalTasksOf } from '../appliance/critical-tasks.ts';
import type { FmcState, GenerationRun, Phase } from '../appliance/fmc-state.ts';
import { opensslDate } from '../clock.ts';
import { makeNewCa, issueSets, type IssuedSet } from '../certificates/generation.ts';
import { X509Certificate } from 'node:crypto';
import { isUp } from '../tunnel/link.ts';
import { ftdPaths, fmcPaths } from '../tunnel/material.ts';
import { pause } from './starters.ts';
import type { Program, Run } from './program.ts';

const logFile = '/var/log/sf/sfca_generation.log';

/** What the generation talks to: a terminal, or nobody when somebody else runs it "by hand". */
interface Talk {
  readonly signal: AbortSignal;
  say(text: string): void;
  /** The answer to a question; undefined when the terminal is gone. */
  ask(question: string): Promise<string | undefined>;
}

/** Makes a new InternalCA on every run, then new certificates, then pushes them over the tunnels that live (procedure 4). */
export const generateCerts: Program = async (run: Run) => {
  const { appliance } = run;
  const fmc = appliance.fmc;
  if (run.seat.user !== 'root') {
    run.err('This script must be run as root.\n');
    return 1;
  }
  if (!fmc) return 1;
  const { pty } = run.seat;
  return await generate(appliance, fmc, {
    signal: run.signal,
    say: (text) => run.out(text),
    // It asks on /dev/tty, whatever its standard input and output are.
    ask: async (question) => {
      if (!pty) return undefined;
      pty.write(question);
      try {
        return await pty.readLine();
      } catch {
        return undefined;
      }
    },
  });
};

export async function generate(appliance: Appliance, fmc: FmcState, talk: Talk): Promise<number> {
  const { settings } = fmc;
  const log = (text: string): void => appendLog(appliance, text);
  const say = (text: string): void => {
    talk.say(text);
    log(text);
  };
  fmc.starts++;
  await reach(appliance, fmc, 'started', talk);
  if (fmc.taskAt?.phase === 'started') beginTask(appliance, fmc);
  talk.say(`Log file: ${logFile}\n`);
  await pause(settings.checkMs, talk.signal);
  if (talk.signal.aborted) return 129;
  if (refused(appliance, fmc, say)) return settings.refusalExitCode;
  const current = appliance.tree.text(fmcPaths.ca) ?? '';
  const expires = Date.parse(new X509Certificate(current).validTo);
  say(
    `Current ca_root expires in ${Math.floor((expires - appliance.nowMs()) / 86_400_000)} days - at ${opensslDate(expires)}\n`,
  );
  await reach(appliance, fmc, 'asked', talk);
  for (const question of settings.questions) {
    const answer = await talk.ask(question);
    if (talk.signal.aborted || answer === undefined) return 129;
    if (answer.trim().toLowerCase() !== 'yes') {
      say('Aborted. Nothing was changed.\n');
      return 1;
    }
  }
  await reach(appliance, fmc, 'after-yes', talk);
  if (fmc.taskAt?.phase === 'after-yes') beginTask(appliance, fmc);
  if (talk.signal.aborted) return 129;
  if (refused(appliance, fmc, say)) return settings.refusalExitCode;
  return await renew(appliance, fmc, talk, say);
}

async function renew(
  appliance: Appliance,
  fmc: FmcState,
  talk: Talk,
  say: (text: string) => void,
): Promise<number> {
  const { settings } = fmc;
  const folder = `/var/tmp/certs/${Math.floor(appliance.nowMs() / 1000)}`;
  say('Generating new InternalCA\n');
  await pause(settings.caMs, talk.signal);
  if (talk.signal.aborted) return 129;
  const run = await makeNewCa(appliance, fmc, folder);
  await reach(appliance, fmc, 'after-ca', talk);
  if (talk.signal.aborted) return 129;
  say('Generating new sftunnel certificates\n');
  await pause(settings.issueMs, talk.signal);
  if (talk.signal.aborted) return 129;
  const sets = await issueSets(appliance, fmc, folder);
  await reach(appliance, fmc, 'after-issue', talk);
  if (talk.signal.aborted) return 129;
  for (const set of sets) {
    await pause(settings.pushMs, talk.signal);
    if (talk.signal.aborted) return 129;
    if (await push(appliance, fmc, set)) {
      run.pushed.push(set.peer.uuid);
      say(`Successfully pushed to ${set.peer.name}\n`);
    } else {
      run.failed.push(set.peer.uuid);
      appendFailed(appliance, fmc, folder, set);
      say(`Failed to push to ${set.peer.name} = ${folder}/FAILED_PUSH\n`);
    }
    await reach(appliance, fmc, 'during-push', talk, run);
    if (talk.signal.aborted) return 129;
  }
  if (run.failed.length === 0 && settings.onFullSuccess === 'empty')
    appliance.tree.put(`${folder}/FAILED_PUSH`, '');
  run.finished = true;
  say(
    run.failed.length === 0
      ? 'Certificates were generated and pushed to all peers.\n'
      : `Certificates were generated. ${run.failed.length} peer(s) need manual steps, see ${folder}/FAILED_PUSH\n`,
  );
  await reach(appliance, fmc, 'done', talk);
  return 0;
}

function refused(appliance: Appliance, fmc: FmcState, say: (text: string) => void): boolean {
  const tasks = criticalTasksOf(appliance, fmc);
  if (tasks.length === 0) return false;
  for (const task of tasks) say(`Critical task is running: ${task.name}\n`);
  say('Cannot generate certificates while critical tasks are running. Exiting.\n');
  return true;
}

export function beginTask(appliance: Appliance, fmc: FmcState): void {
  if (!fmc.taskAt) return;
  fmc.tasks.push({ name: fmc.taskAt.name, startedAtMs: appliance.nowMs(), uuid: crypto.randomUUID() });
  fmc.taskAt = undefined;
}

/** Holds, reboots or cuts here when a test asked for it. */
async function reach(
  appliance: Appliance,
  fmc: FmcState,
  phase: Phase,
  talk: Talk,
  run?: GenerationRun,
): Promise<void> {
  const pushes = run ? run.pushed.length + run.failed.length : 0;
  if (fmc.cutSshAt === phase) {
    fmc.cutSshAt = undefined;
    appliance.dropSessions();
  }
  if (fmc.rebootAt?.phase === phase && pushes >= fmc.rebootAt.afterPushes) {
    const { downMs } = fmc.rebootAt;
    fmc.rebootAt = undefined;
    fmc.reboot(downMs);
  }
  const hold = fmc.holds.get(phase);
  if (hold && !talk.signal.aborted) {
    hold.waiting = true;
    await Promise.race([
      hold.released,
      new Promise<void>((done) => talk.signal.addEventListener('abort', () => done(), { once: true })),
    ]);
  }
}

/**
 * Sends a set through the living tunnel. The device's files change, its sessions stay: that sftunnel goes on with its old
 * session until the next connection is our belief (facts, unknown 9).
 */
async function push(appliance: Appliance, fmc: FmcState, set: IssuedSet): Promise<boolean> {
  const link = appliance.sftunnel?.links.get(set.peer.uuid);
  const device = fmc.deviceOf(set.peer.uuid);
  if (!link || !isUp(link) || !device) return false;
  const how = device.troubles.push;
  if (how === 'fails') return false;
  appliance.sftunnel?.log(
    'INFO',
    `Initiated fstream task pushing ${set.folder} to ${set.peer.uuid}, task_id ${1000 + link.handshakes}`,
    'sftunneld:stream_file',
  );
  if (how === 'keepsOld') return true;
  const paths = ftdPaths(appliance.identity.uuid);
  device.tree.put(paths.ca, set.ca);
  if (how === 'mixes') return true;
  device.tree.put(paths.key, set.key);
  device.tree.put(paths.cert, set.cert);
  return true;
}

function appendFailed(appliance: Appliance, fmc: FmcState, folder: string, set: IssuedSet): void {
  const destination = `/var/sf/peers/${appliance.identity.uuid}`;
  const head = `${set.peer.uuid} ${set.peer.name} ${set.peer.address}`;
  const lines =
    fmc.settings.failedPushForm === 'folder'
      ? [`${head} ${set.folder} ${destination}`]
      : ['cacert.pem', 'sftunnel-cert.pem', 'sftunnel-key.pem'].map(
          (file) => `${head} ${set.folder}/${file} ${destination}/${file}`,
        );
  const path = `${folder}/FAILED_PUSH`;
  appliance.tree.put(path, `${appliance.tree.text(path) ?? ''}${lines.join('\n')}\n`);
}

function appendLog(appliance: Appliance, text: string): void {
  appliance.tree.put(
    logFile,
    `${appliance.tree.text(logFile) ?? ''}${new Date(appliance.nowMs()).toISOString()} ${text}`,
  );
}
