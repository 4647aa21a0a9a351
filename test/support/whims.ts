/** Operators who do what comes to their minds: what they do and when follows from a seed. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeviceTruth, LabTruth } from '../../lab/index.ts';
import type { DecisionAnswer, DecisionInput, RunDocument, UpdateName } from '../../workflows/contract.ts';
import type { Site } from './renewal-site.ts';
import { tell as told } from './told.ts';

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What a run can change on a device. */
function standing({ managers, sftunnel }: DeviceTruth): unknown {
  return [
    managers.map(({ files, leftovers }) => [files.map(({ sha256 }) => sha256), leftovers]),
    sftunnel.restarts,
  ];
}

/** What a run can change on any box. */
function standingOfAll(truth: LabTruth): unknown {
  return [
    truth.managers.map(({ generateStarts, generations, caFingerprint }) => [
      generateStarts,
      generations.map(({ finished }) => finished),
      caFingerprint,
    ]),
    truth.devices.map(standing),
  ];
}

export interface Whims {
  readonly said: readonly string[];
  /** Ids of the questions that were seen open. */
  readonly seen: ReadonlySet<string>;
  readonly isCancelled: boolean;
}

/** Does this and that with a run for `turns` turns, judging by the lab what a pause and a hold promise; then lets it come to its end. */
export async function followWhims(
  site: Site,
  run: string,
  {
    random,
    turns,
    cancels,
  }: { readonly random: () => number; readonly turns: number; readonly cancels: boolean },
): Promise<Whims> {
  const handle = site.server.client.workflow.getHandle(run);
  const said: string[] = [];
  const seen = new Set<string>();
  const broken = new Set<string>();
  const held = new Map<string, unknown>();
  const names = (await site.truth()).devices.map(({ name }) => name);
  let isCancelled = false;

  const isClosed = async (): Promise<boolean> => (await handle.describe()).status.name !== 'RUNNING';
  const one = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const tell = async (
    verb: UpdateName,
    input: Partial<DecisionInput> = {},
  ): Promise<DecisionAnswer | undefined> => {
    try {
      const answer = await told(site, run, verb, { by: 'whim', reason: 'a whim', ...input });
      said.push(`${verb} ${JSON.stringify(input)}: ${answer.accepted ? 'yes' : 'no'}: ${answer.text}`);
      return answer;
    } catch (thrown) {
      // A run that ends in this moment takes no update; any other error is one.
      if (!(await isClosed())) throw thrown;
      said.push(`${verb}: closed`);
      return undefined;
    }
  };
  const look = async (): Promise<RunDocument> => {
    const document = await site.state(run);
    for (const { id } of document.questions) seen.add(id);
    const isStill =
      document.paused !== undefined || document.devices.some((device) => device['held'] === true);
    if (document.outcome === 'waiting' && !isStill)
      assert.ok(document.questions.length > 0, `it waits and asks nothing: ${said.join('\n')}`);
    return document;
  };

  /** What is in flight is finished; after that nothing changes until somebody says so. */
  const pauseAndWatch = async (): Promise<void> => {
    if ((await tell('pause'))?.accepted !== true) return;
    const still = await site.until(
      run,
      ({ outcome, paused }) => outcome !== 'running' || paused === undefined,
    );
    if (still.paused === undefined) return;
    assert.deepEqual(still.paused.inFlight, []);
    const before = standingOfAll(await site.truth());
    if (random() < 0.5) await tell('retry', { all: 'failed' });
    await sleep(800);
    assert.deepEqual(
      standingOfAll(await site.truth()),
      before,
      `a box changed while paused: ${said.join('\n')}`,
    );
    await tell('resume');
  };
  const hold = async (): Promise<void> => {
    const device = one(names);
    if ((await tell('hold', { device }))?.accepted === true && !held.has(device)) held.set(device, undefined);
  };
  const release = async (device: string): Promise<void> => {
    const before = held.get(device);
    if (before !== undefined)
      assert.deepEqual(await standsNow(device), before, `${device} changed while held: ${said.join('\n')}`);
    held.delete(device);
    await tell('release', { device });
  };
  const standsNow = async (name: string): Promise<unknown> => {
    const found = (await site.truth()).devices.find((device) => device.name === name);
    return found && standing(found);
  };
  const mend = async (box: string, isFull: boolean): Promise<void> => {
    for (const mount of ['/ngfw', '/'])
      await site.lab.fault('freeBytes', { box, mount, bytes: isFull ? 0 : 10_000_000_000 });
    if (isFull) broken.add(box);
    else broken.delete(box);
  };
  const breakOrMend = async (): Promise<void> => {
    const box = one(names);
    // What is broken when the plan is compared with the boxes only refuses the run.
    if ((await site.truth()).managers.every(({ generations }) => generations.length === 0)) return;
    await mend(box, !broken.has(box));
    said.push(`the disk of ${box}: ${broken.has(box) ? 'full' : 'has room'}`);
  };
  const whims: (() => Promise<unknown>)[] = [
    pauseAndWatch,
    () => tell('pause'),
    () => tell('resume'),
    hold,
    () => release(one(names)),
    () => tell('retry', { device: one(names), ...(random() < 0.5 ? { from: 'check' } : {}) }),
    () => tell('retry', { all: 'failed' }),
    () => tell('skip', { device: one(names) }),
    breakOrMend,
    () => tell('note', { text: 'a thought', reason: undefined as never }),
    async () => {
      const box = one(names);
      await site.lab.fault('dropSsh', { box });
      said.push(`SSH to ${box} lost`);
    },
  ];

  const cancelAt = cancels ? Math.floor(random() * turns) : -1;
  for (let turn = 0; turn < turns && !(await isClosed()); turn += 1) {
    await sleep(random() * 600);
    if (turn === cancelAt) {
      isCancelled = (await tell('cancel'))?.accepted === true;
      continue;
    }
    await one(whims)();
    if (await isClosed()) break;
    for (const { name, ...device } of (await look()).devices)
      if (device['held'] === true && held.has(name))
        held.set(name, held.get(name) ?? (await standsNow(name)));
  }
  for (const box of [...broken]) await mend(box, false);
  for (const device of [...held.keys()]) await release(device);
  if (!(await isClosed())) await tell('resume');
  while (!(await isClosed())) {
    const { questions, devices } = await look();
    for (const { id, answers } of questions)
      if (answers.includes('retry')) await tell('retry', { question: id });
      else await tell('approve', { question: id });
    if (!isCancelled)
      for (const { name, status } of devices)
        if (status === 'skipped' || status === 'needs-hands') await tell('retry', { device: name });
    await sleep(250);
  }
  return { said, seen, isCancelled };
}
