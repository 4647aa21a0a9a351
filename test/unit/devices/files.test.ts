import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessions, type ApplianceProfile, type RootShell } from '../../../devices/index.ts';
import { RunbookError } from '../../../errors/index.ts';
import { endpointOf, startStub, type StubOptions } from './support/stub-server.ts';
import { quickProfile } from './support/walking.ts';

/** What a box without anything else still has. */
const plainTools = ['bash', 'cat', 'hostname', 'id', 'ls', 'mkdir', 'mv', 'rm', 'stty', 'touch', 'wc'];
const every = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7) % 256));
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

describe('files through a terminal', function () {
  this.timeout(30_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'files-'));
    mkdirSync(join(folder, 'tmp'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a root shell on a real shell of this machine. */
  async function onBox<T>(
    use: (shell: RootShell, typed: readonly string[]) => Promise<T>,
    options: StubOptions = {},
    change: (profile: ApplianceProfile) => void = () => undefined,
  ): Promise<T> {
    const profile = quickProfile('linux');
    profile.fileWays = ['pty'];
    profile.fileTools.temporaryRoot = join(folder, 'tmp');
    change(profile);
    const stub = await startStub(options);
    const sessions = createSessions({ profiles: new Map([['stub', profile]]), loginsPerSecond: 1000 });
    try {
      return await sessions.withRoot(endpointOf(stub), (shell) => use(shell, stub.typed));
    } finally {
      await sessions.close();
      await stub.close();
    }
  }

  /** A folder for PATH with these programs only; each tells `log` how it was called and what lay in the private folder. */
  function tools(names: readonly string[], log?: string): string {
    const path = join(folder, 'bin');
    mkdirSync(path);
    for (const name of names) {
      // A Python that is chosen by a wrapper needs more than itself.
      const where = name === 'python3' ? 'python3 -c "import sys; print(sys.executable)"' : `type -P ${name}`;
      const real = execFileSync('bash', ['-c', where]).toString().trim();
      if (log === undefined) symlinkSync(real, join(path, name));
      else {
        writeFileSync(
          join(path, name),
          `#!/bin/bash\nprintf '%s ' ${name} "$@" >> ${log}; echo >> ${log}\n/usr/bin/env >> ${log}\n/bin/ls -lAR ${join(folder, 'tmp')} >> ${log}\nexec ${real} "$@"\n`,
        );
        chmodSync(join(path, name), 0o755);
      }
    }
    return path;
  }

  function has(program: string): boolean {
    try {
      execFileSync('bash', ['-c', `${program} 2>/dev/null`], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  for (const [name, extra, proof] of [
    ['openssl', ['openssl'], 'openssl version'],
    ['perl', ['perl'], 'perl -MMIME::Base64 -MDigest::SHA -e 1'],
    ['Python', ['python3'], 'python3 -c "import base64, hashlib"'],
  ] as const) {
    it(`find ${name} where the box has nothing else`, async function () {
      if (!has(proof)) this.skip();
      const path = tools([...plainTools, ...extra]);
      const file = join(folder, "it's a file");

      await onBox(
        async (shell) => {
          await shell.writeFile(file, every);
          assert.ok((await shell.readFile(file))?.equals(every));
        },
        { startUp: `export PATH=${path}\n` },
      );
      assert.ok(readFileSync(file).equals(every));
    });
  }

  it('say so where the box has no tool at all, and leave nothing behind', async () => {
    const path = tools(plainTools);
    await onBox(
      async (shell) => {
        await assert.rejects(shell.writeFile(join(folder, 'file'), every), code('SESSION_COMMAND_FAILED'));
        assert.equal((await shell.run(`ls -A ${join(folder, 'tmp')}`)).output, '');
      },
      { startUp: `export PATH=${path}\n` },
    );
    assert.ok(!existsSync(join(folder, 'file')));
  });

  it('keep to short lines where the reader of the terminal takes no longer ones', async () => {
    await onBox(
      async (shell, typed) => {
        await shell.writeFile(join(folder, 'file'), every);
        assert.ok((await shell.readFile(join(folder, 'file')))?.equals(every));
        // 255 is the least that POSIX promises for a line.
        for (const keys of typed) for (const line of keys.split('\r')) assert.ok(line.length <= 254, line);
      },
      {},
      (profile) => (profile.limits.lineBytes = 200),
    );
  });

  it('use no here-document, whose prompt looks like that of other shells', async () => {
    await onBox(async (shell, typed) => {
      await shell.writeFile(join(folder, 'file'), every);
      assert.ok(!typed.some((line) => line.includes('<<')));
    });
  });

  it('come together with the answers of commands, whatever became of each', async () => {
    const lies = join(folder, "it's there");
    mkdirSync(lies);
    writeFileSync(join(lies, 'small'), every);
    // Too long to be shown: it takes the way of the box.
    const long = Buffer.concat(Array.from({ length: 6 }, () => every));
    writeFileSync(join(lies, 'long'), long);
    await onBox(async (shell) => {
      const seen = await shell.look({
        folder: lies,
        files: ['small', 'none', 'long', join(lies, 'small')],
        commands: {
          leaves: 'cd /; exit 7',
          reads: 'cat; pwd',
          'says much': 'printf "a\\n\\n@0:0\\n"',
          fails: 'no-such-program-here',
        },
      });

      assert.equal(seen.isThere, true);
      assert.ok(seen.files.get('small')?.equals(every));
      assert.ok(seen.files.get(join(lies, 'small'))?.equals(every));
      assert.ok(seen.files.get('long')?.equals(long));
      assert.ok(seen.files.has('none'));
      assert.equal(seen.files.get('none'), undefined);
      assert.equal(seen.answers.leaves.status, 7);
      assert.deepEqual(seen.answers.reads, { status: 0, output: `${lies}\n` });
      assert.equal(seen.answers['says much'].output, 'a\n\n@0:0\n');
      assert.equal(seen.answers.fails.status, 127);
    });
  });

  it('are not looked for elsewhere when their folder is not there', async () => {
    writeFileSync(join(folder, 'small'), every);
    await onBox(
      async (shell) => {
        const seen = await shell.look({
          folder: join(folder, 'none'),
          files: ['small'],
          commands: { reads: 'cat small' },
        });

        assert.equal(seen.isThere, false);
        assert.equal(seen.files.get('small'), undefined);
        assert.notEqual(seen.answers.reads.status, 0);
        assert.equal(seen.answers.reads.output, '');
      },
      { startUp: `cd ${folder}\n` },
    );
  });

  it('arrive together, whole, and private', async () => {
    const files = new Map(
      ['one', 'two', 'three'].map((name) => [join(folder, name), Buffer.from(name.repeat(99))]),
    );
    await onBox(async (shell) => {
      await shell.writeFiles(files, { secret: true });
      assert.equal((await shell.run(`ls -A ${join(folder, 'tmp')}`)).output, '');
    });
    for (const [path, content] of files) {
      assert.ok(readFileSync(path).equals(content));
      assert.equal(statSync(path).mode & 0o777, 0o600);
    }
  });

  describe('that are secret', () => {
    it('are refused, and not one byte is typed, where the terminal shows what is typed', async () => {
      await onBox(
        async (shell, typed) => {
          await assert.rejects(
            shell.writeFile(join(folder, 'file'), Buffer.from(key), { secret: true }),
            code('SESSION_ECHO_VISIBLE'),
          );
          assertHidden(typed.join('\n'));
          // What is no secret still travels.
          await shell.writeFile(join(folder, 'file'), every);
        },
        { echoes: true },
      );
    });

    it('are proven to arrive before one has to be sent, and nothing is left of the proof', async () => {
      await onBox(async (shell) => {
        await shell.proveFiles();
        assert.equal((await shell.run(`ls -A ${join(folder, 'tmp')}`)).output, '');
      });
      await onBox((shell) => assert.rejects(shell.proveFiles(), code('SESSION_ECHO_VISIBLE')), {
        echoes: true,
      });
      const path = tools(plainTools);
      await onBox((shell) => assert.rejects(shell.proveFiles(), code('SESSION_COMMAND_FAILED')), {
        startUp: `export PATH=${path}\n`,
      });
    });

    it('stand in no argument list, environment, history or trace, and are private from the start', async () => {
      const log = join(folder, 'calls');
      const traced = join(folder, 'traced');
      const path = tools([...plainTools, 'base64', 'sha256sum', 'printf'], log);
      const file = join(folder, 'file');
      // Without a printf of its own this shell still has its echo.
      const startUp = [
        `export PATH=${path} HISTFILE=${join(folder, 'history')}`,
        'set -o history; umask 000; set -a',
        `exec 9>>${traced}; BASH_XTRACEFD=9; set -x`,
        `trap 'echo "$BASH_COMMAND" >&9' DEBUG; enable -n printf; cp() { :; }`,
        '',
      ].join('\n');

      await onBox(
        async (shell) => {
          await shell.writeFile(file, Buffer.from(key), { secret: true });
          assert.equal((await shell.readFile(file, { secret: true }))?.toString(), key);
        },
        { startUp },
      );

      const calls = readFileSync(log, 'utf8');
      assert.match(calls, /^base64 /m);
      assertHidden(calls);
      assertHidden(readFileSync(traced, 'utf8'));
      if (existsSync(join(folder, 'history'))) assertHidden(readFileSync(join(folder, 'history'), 'utf8'));
      const modes = [...calls.matchAll(/^([-d][-rwx]{9})\S* +\d+ .*$/gm)].map(([line, mode]) => [mode, line]);
      assert.ok(modes.length > 0);
      for (const [mode, line] of modes) assert.match(mode ?? '', /^[-d]rw[-x]------$/, line);
    });

    it('are in no error when the session hangs in the middle', async () => {
      await onBox(
        async (shell) => {
          await shell.writeFile(join(folder, 'file'), Buffer.from(key));
          await assert.rejects(shell.readFile(join(folder, 'file'), { secret: true }), (error) => {
            assert.ok(error instanceof RunbookError);
            assertHidden(JSON.stringify([error.message, error.context]));
            return true;
          });
        },
        {},
        (profile) => {
          profile.fileTools.encode = ['base64 {path}; sleep 20'];
          profile.timeouts.command = 500;
        },
      );
    });
  });
});

/** No line of the key, in PEM or once more in base64. */
function assertHidden(text: string): void {
  const body = key.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
  const twice = Buffer.from(key).toString('base64').match(/.{40}/g) ?? [];
  for (const part of [...body.map((line) => line.slice(0, 40)), ...twice])
    assert.ok(!text.includes(part), 'a part of the key can be read');
}

function code(expected: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof RunbookError, String(error));
    assert.equal(error.code, expected, error.message);
    return true;
  };
}
