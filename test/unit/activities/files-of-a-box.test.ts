import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createActivities, type ActivityDeps } from '../../../activities/index.ts';
import { loadProfiles, type Endpoint, type RootShell } from '../../../devices/index.ts';
import { RunbookError } from '../../../errors/index.ts';
import type { ActionName, Json } from '../../../language/index.ts';
import type { ActionInput, ActionResult } from '../../../workflows/contract.ts';

/** The shell of this machine stands for the box: what is tested are scripts. */
function localShell(privateRoot: string): RootShell {
  const profile = structuredClone(loadProfiles().profiles.get('linux'));
  if (profile === undefined) throw new Error('no profile linux');
  profile.paths['privateRoot'] = privateRoot;
  const run: RootShell['run'] = (command) =>
    new Promise((resolve) => {
      execFile('sh', ['-c', command], (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code), output: stdout + stderr });
      });
    });
  const shell: Partial<RootShell> = {
    profile,
    run,
    look: (async ({ commands = {} }: { commands?: Record<string, string> }) => ({
      answers: Object.fromEntries(
        await Promise.all(Object.entries(commands).map(async ([name, line]) => [name, await run(line)])),
      ) as unknown,
    })) as unknown as RootShell['look'],
    readFile: (file) => Promise.resolve(existsSync(file) ? readFileSync(file) : undefined),
    writeFile: (file, content) => {
      writeFileSync(file, content, { mode: 0o600 });
      return Promise.resolve();
    },
  };
  return shell as RootShell;
}

describe('files of a box', () => {
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  const text = (name: string): string => readFileSync(at(name), 'utf8');

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'files-'));
    mkdirSync(at('etc'));
    writeFileSync(at('etc/a'), 'old a', { mode: 0o640 });
    writeFileSync(at('etc/b'), 'old b');
    writeFileSync(at('new-a'), 'new a');
    writeFileSync(at('new-b'), '-----BEGIN PRIVATE KEY-----\nnew b\n');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const call = async (
    action: ActionName,
    params: Record<string, Json>,
    run = 'r/1',
  ): Promise<ActionResult> => {
    const shell = localShell(at('root'));
    const deps: ActivityDeps = {
      sessions: {
        withRoot: (_, use) => use(shell),
        hear: () => undefined,
        commandHasEnded: () => false,
        close: () => Promise.resolve(),
      },
      endpoint: () => Promise.resolve({ name: 'box', family: 'linux' } as Endpoint),
      faults: () => [],
      now: Date.now,
    } as Partial<ActivityDeps> as ActivityDeps;
    const input: ActionInput = {
      run: { workflowId: run, runId: `${run}-execution` },
      inventory: { inventory: at('hosts.yaml'), digest: '' },
      target: { name: 'box', address: '192.0.2.1:22', entry: 'box' },
      step: 'stage/step',
      attempt: 1,
      params: action.endsWith('Files') ? { set: 'pair', ...params } : params,
    };
    const act: (given: ActionInput) => Promise<ActionResult> = createActivities(deps)[action];
    return await new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(act, input);
  };
  const backUp = (run?: string): Promise<ActionResult> =>
    call('backUpFiles', { paths: [at('etc/a'), at('etc/b')] }, run);
  const files = [
    { path: 'etc/a', from: 'new-a' },
    { path: 'etc/b', from: 'new-b' },
  ];
  const wanted = (): Record<string, Json> => ({
    files: files.map((one) => ({ ...one, path: at(one.path) })),
  });
  const refused = (code: string) => (thrown: unknown) =>
    thrown instanceof RunbookError && thrown.code === code;

  it('are exchanged together, with their modes, and put back', async () => {
    await backUp();
    await call('putFiles', wanted());
    assert.deepEqual([text('etc/a'), text('etc/b')], ['new a', '-----BEGIN PRIVATE KEY-----\nnew b\n']);
    assert.equal(statSync(at('etc/a')).mode & 0o777, 0o640);
    assert.equal(
      statSync(at('etc/b')).mode & 0o007,
      0,
      'a key is not open to all, whatever was there before',
    );

    await call('restoreFiles', {});
    assert.deepEqual([text('etc/a'), text('etc/b')], ['old a', 'old b']);
    await call('releaseFiles', { keep: false });
    assert.ok(!existsSync(at('root/pair')));
  });

  it('are kept once: what a second attempt finds in their places is not taken for the old content', async () => {
    await backUp();
    await call('putFiles', wanted());
    await backUp();
    await call('restoreFiles', {});
    assert.deepEqual([text('etc/a'), text('etc/b')], ['old a', 'old b']);
  });

  it('that were not there before are removed again', async () => {
    rmSync(at('etc/b'));
    await backUp();
    await call('putFiles', wanted());
    assert.ok(existsSync(at('etc/b')));
    await call('restoreFiles', {});
    assert.ok(!existsSync(at('etc/b')));
  });

  it('behind a link are exchanged where they are; the link stays', async () => {
    rmSync(at('etc/a'));
    writeFileSync(at('etc/real'), 'old a');
    symlinkSync(at('etc/real'), at('etc/a'));
    await backUp();
    await call('putFiles', wanted());
    assert.ok(lstatSync(at('etc/a')).isSymbolicLink());
    assert.equal(text('etc/real'), 'new a');
  });

  it('are not overwritten without a backup, nor those that the backup does not name', async () => {
    await assert.rejects(call('putFiles', wanted()), refused('FILES_NOT_KEPT'));
    await call('backUpFiles', { paths: [at('etc/a')] });
    await assert.rejects(call('putFiles', wanted()), refused('FILES_NOT_KEPT'));
    assert.deepEqual([text('etc/a'), text('etc/b')], ['old a', 'old b']);
  });

  it('are in the hands of one run: another one is refused, and told whose they are', async () => {
    await backUp('r/1');
    await assert.rejects(
      backUp('r/2'),
      (thrown) => refused('DELIVERY_LOCKED')(thrown) && /r\/1/.test(String(thrown)),
    );
    await assert.rejects(call('restoreFiles', {}, 'r/2'), refused('FILES_NOT_KEPT'));
  });

  it('mixed by a worker that died are told as such, and an attempt more makes them whole', async () => {
    await backUp();
    writeFileSync(at('etc/a'), 'new a');
    const probe = (await call('probeFiles', { ...wanted(), of: 'putFiles' })).facts as { outcome: string };
    assert.equal(probe.outcome, 'partly');
    await call('putFiles', wanted());
    assert.deepEqual([text('etc/a'), text('etc/b')], ['new a', '-----BEGIN PRIVATE KEY-----\nnew b\n']);
    await call('restoreFiles', {});
    assert.deepEqual([text('etc/a'), text('etc/b')], ['old a', 'old b']);
  });

  it('of the last run that was through can be put back by a later one', async () => {
    await backUp('r/1');
    await call('putFiles', wanted(), 'r/1');
    await call('releaseFiles', { keep: true }, 'r/1');
    await backUp('r/2');
    await call('restoreFiles', { kept: true }, 'r/2');
    assert.deepEqual([text('etc/a'), text('etc/b')], ['old a', 'old b']);
  });

  describe('and commands', () => {
    it('get values as variables: no value becomes part of the command', async () => {
      const value = 'it\'s; $(touch hacked) "`id`';
      const { facts } = await call('observe', { command: 'printf %s "$word"', values: { word: value } });
      assert.equal((facts as { output: string }).output, value);
    });

    it('tell their status, what was read, and no private key', async () => {
      const command = 'echo "version: 7"; echo "-----BEGIN PRIVATE KEY-----"; echo secret; exit 3';
      const { facts } = await call('observe', {
        command,
        anyStatus: true,
        read: { version: 'version: (\\d+)' },
      });
      const { status, version, output } = facts as { status: number; version: string; output: string };
      assert.deepEqual([status, version], [3, '7']);
      assert.doesNotMatch(output, /secret/);
      await assert.rejects(call('observe', { command }), refused('SESSION_COMMAND_FAILED'));
      await assert.rejects(
        call('observe', { command: 'echo a', shows: '^b' }),
        refused('COMMAND_UNEXPECTED'),
      );
    });

    it('that lack a quote do no harm to the session', async () => {
      await assert.rejects(call('runCommand', { command: 'echo "' }), refused('SESSION_COMMAND_FAILED'));
    });

    for (const [status, outcome] of [
      [0, 'done'],
      [1, 'not-done'],
      [2, 'unknown'],
    ] as const)
      it(`are looked at by their probe: status ${status} is ${outcome}`, async () => {
        const params = {
          command: 'false',
          probe: 'exit "$code"',
          values: { code: status },
          of: 'runCommand',
        };
        const { facts } = await call('probeCommand', params);
        assert.equal((facts as { outcome: string }).outcome, outcome);
      });
  });
});
