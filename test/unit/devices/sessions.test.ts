import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createSessions,
  type ApplianceProfile,
  type Refusal,
  type Sessions,
  type SessionsOptions,
} from '../../../devices/index.ts';
import { RunbookError } from '../../../errors/index.ts';
import { endpointOf, startStub, type Stub, type StubOptions } from './support/stub-server.ts';
import { quickProfile } from './support/walking.ts';

describe('createSessions', function () {
  this.timeout(20_000);
  const open: { close(): Promise<void> }[] = [];
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sessions-'));
  });

  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function stub(options: StubOptions = {}): Promise<Stub> {
    const started = await startStub(options);
    open.push(started);
    return started;
  }

  function sessions(options: Partial<SessionsOptions> = {}): Sessions {
    const made = createSessions({
      profiles: new Map([['stub', stubProfile(folder)]]),
      loginsPerSecond: 1000,
      ...options,
    });
    open.push(made);
    return made;
  }

  it('runs commands in one session, one after the other', async () => {
    const box = await stub();
    const pool = sessions();
    const endpoint = endpointOf(box);

    const outputs = await Promise.all(
      ['one', 'two', 'three'].map((word) =>
        pool.withRoot(endpoint, async (shell) => (await shell.run(`echo ${word}`)).output),
      ),
    );

    assert.deepEqual(outputs, ['one\n', 'two\n', 'three\n']);
    assert.equal(box.logins.filter((one) => one.method === 'password').length, 1);
  });

  it('says what failed, and gives any status that is asked for', async () => {
    const box = await stub();
    const pool = sessions();

    await pool.withRoot(endpointOf(box), async (shell) => {
      assert.equal((await shell.run('exit 4', { anyStatus: true })).status, 4);
      await assert.rejects(shell.run('echo why >&2; false'), (error) => {
        assert.ok(error instanceof RunbookError);
        assert.equal(error.code, 'SESSION_COMMAND_FAILED');
        assert.match(error.context.screen ?? '', /why/);
        return true;
      });
    });
  });

  it('refuses a host whose key is not known, and sends no password', async () => {
    const box = await stub();

    await assert.rejects(
      sessions().withRoot(endpointOf(box, { hostKeys: [] }), ok),
      code('DEVICE_HOST_KEY_UNKNOWN'),
    );
    assert.deepEqual(box.logins, []);
  });

  it('refuses a host whose key has changed, and sends no password', async () => {
    const box = await stub();
    const other = await stub();

    await assert.rejects(
      sessions().withRoot(endpointOf(box, { hostKeys: [other.hostKey] }), ok),
      code('DEVICE_HOST_KEY_CHANGED'),
    );
    await assert.rejects(
      sessions().withRoot(
        endpointOf(box, { hostKeys: [{ type: 'ssh-ed25519', blob: 'AAAAC3NzaC1lZDI1NTE5AAAAIA==' }] }),
        ok,
      ),
      code('DEVICE_HOST_KEY_CHANGED'),
    );
    assert.deepEqual(box.logins, []);
  });

  it('refuses a revoked key even where it is also trusted', async () => {
    const box = await stub();
    const endpoint = endpointOf(box, { hostKeys: [box.hostKey, { ...box.hostKey, revoked: true }] });

    await assert.rejects(sessions().withRoot(endpoint, ok), code('DEVICE_HOST_KEY_REVOKED'));
    assert.deepEqual(box.logins, []);
  });

  it('tries a wrong password once, on one box, for everybody', async () => {
    const boxes = await Promise.all([stub(), stub(), stub(), stub()]);
    const pool = sessions();

    const results = await Promise.allSettled(
      boxes.map((box) => pool.withRoot(endpointOf(box, { password: 'wrong' }), ok)),
    );

    const codes = results
      .map((one) => (one.status === 'rejected' ? (one.reason as RunbookError).code : 'ok'))
      .sort();
    assert.deepEqual(codes, [
      'DEVICE_AUTH_FAILED',
      'DEVICE_CREDENTIAL_FROZEN',
      'DEVICE_CREDENTIAL_FROZEN',
      'DEVICE_CREDENTIAL_FROZEN',
    ]);
    assert.equal(boxes.flatMap((box) => box.logins.filter((one) => one.method === 'password')).length, 1);
  });

  it('makes no login with a frozen credential until it is thawed', async () => {
    const box = await stub();
    const pool = sessions();
    await assert.rejects(
      pool.withRoot(endpointOf(box, { password: 'wrong' }), ok),
      code('DEVICE_AUTH_FAILED'),
    );
    const before = box.logins.length;

    await assert.rejects(pool.withRoot(endpointOf(box), ok), code('DEVICE_CREDENTIAL_FROZEN'));
    assert.equal(box.logins.length, before);

    pool.hear({ settled: ['another refusal'] });
    await assert.rejects(pool.withRoot(endpointOf(box), ok), code('DEVICE_CREDENTIAL_FROZEN'));
    pool.hear({ settled: [await refusalOf(pool.withRoot(endpointOf(box), ok))] });
    assert.equal(await pool.withRoot(endpointOf(box), ok), 'ok');
  });

  it('does not give a password a second time to a box that hung up on it', async () => {
    const box = await stub({ hangsUpOnPassword: true });
    const other = await stub();
    const pool = sessions();

    await assert.rejects(pool.withRoot(endpointOf(box), ok), code('DEVICE_AUTH_FAILED'));
    await assert.rejects(pool.withRoot(endpointOf(box), ok), code('DEVICE_CREDENTIAL_FROZEN'));
    assert.equal(await pool.withRoot(endpointOf(other), ok), 'ok');
    assert.equal(box.logins.filter((one) => one.method === 'password').length, 1);
  });

  it('answers keyboard-interactive where only that is offered', async () => {
    const box = await stub({ methods: ['keyboard-interactive', 'publickey'] });

    assert.equal(await sessions().withRoot(endpointOf(box), ok), 'ok');
    assert.deepEqual(
      box.logins.map((one) => one.method),
      ['none', 'keyboard-interactive'],
    );
  });

  it('knows the question for a password in other languages, and answers no second one', async () => {
    const german = await stub({ methods: ['keyboard-interactive'], prompts: ['Passwort: '] });
    assert.equal(await sessions().withRoot(endpointOf(german), ok), 'ok');

    for (const prompts of [['Password: ', 'Token: '], ['Neues Passwort: '], ['Verification code: ']]) {
      const box = await stub({ methods: ['keyboard-interactive'], prompts });
      await assert.rejects(sessions().withRoot(endpointOf(box), ok), (error) => {
        assert.ok(error instanceof RunbookError && error.code === 'DEVICE_SSH_PROTOCOL', String(error));
        assert.match(error.remedy, /logs in with a password alone/);
        return true;
      });
      assert.ok(!box.logins.some(({ password }) => password === 'right'), prompts.join());
    }
  });

  it('sends no password where none is asked for', async () => {
    const box = await stub({ methods: ['publickey'] });

    await assert.rejects(sessions().withRoot(endpointOf(box), ok), code('DEVICE_SSH_PROTOCOL'));
  });

  it('names a box that cannot be reached', async () => {
    const box = await stub();
    const endpoint = endpointOf(box);
    await box.close();

    await assert.rejects(sessions().withRoot(endpoint, ok), code('DEVICE_UNREACHABLE'));
  });

  it('types nothing at an unknown prompt', async () => {
    const box = await stub({ says: 'Choose an item [1-4]: ' });

    await assert.rejects(sessions().withRoot(endpointOf(box), ok), (error) => {
      assert.ok(error instanceof RunbookError);
      assert.equal(error.code, 'SESSION_PROMPT_UNKNOWN');
      assert.match(error.context.screen ?? '', /Choose an item/);
      return true;
    });
    assert.deepEqual(box.typed, []);
  });

  it('logs in anew by the next call after a session was lost in mid-command', async () => {
    const box = await stub();
    const pool = sessions();
    const endpoint = endpointOf(box);

    await assert.rejects(
      pool.withRoot(endpoint, async (shell) => {
        const running = shell.run('sleep 5');
        setTimeout(() => box.drop(), 50);
        return running;
      }),
      code('SESSION_LOST'),
    );
    assert.equal(await pool.withRoot(endpoint, ok), 'ok');
  });

  it('closes a session whose command took too long, and opens another', async () => {
    const box = await stub();
    const pool = sessions();

    await assert.rejects(
      pool.withRoot(endpointOf(box), (shell) => shell.run('sleep 5', { timeoutMs: 100 })),
      code('SESSION_TIMEOUT'),
    );
    assert.equal(await pool.withRoot(endpointOf(box), ok), 'ok');
    assert.equal(box.logins.filter((one) => one.method === 'password').length, 2);
  });

  it('asks a session that was idle whether it lives', async () => {
    const box = await stub();
    const pool = sessions({ checkAfterMs: 0 });
    await pool.withRoot(endpointOf(box), ok);
    box.drop();

    assert.equal(await pool.withRoot(endpointOf(box), ok), 'ok');
  });

  it('does not take a living session for proof of other host keys', async () => {
    const box = await stub();
    const pool = sessions();
    const endpoint = endpointOf(box);
    await pool.withRoot(endpoint, async (shell) => await shell.run('echo one'));

    await assert.rejects(
      pool.withRoot({ ...endpoint, hostKeys: [] }, async (shell) => await shell.run('echo two')),
      (error) => error instanceof RunbookError && error.code === 'DEVICE_HOST_KEY_UNKNOWN',
    );
  });

  it('leaves nobody listening to the signal of a caller, however many logins wait on one', async () => {
    const boxes = await Promise.all(Array.from({ length: 4 }, () => stub()));
    const pool = sessions({ concurrentLogins: 1 });
    const { signal } = new AbortController();

    await Promise.all(
      boxes.flatMap((box) => [0, 1, 2].map(() => pool.withRoot(endpointOf(box), ok, { signal }))),
    );

    assert.deepEqual(getEventListeners(signal, 'abort'), []);
  });

  it('closes a session that nobody uses', async () => {
    const box = await stub();
    const pool = sessions({ idleCloseMs: 20 });
    await pool.withRoot(endpointOf(box), ok);
    await new Promise((resolve) => setTimeout(resolve, 60));

    await pool.withRoot(endpointOf(box), ok);
    assert.equal(box.logins.filter((one) => one.method === 'password').length, 2);
  });

  it('lets who waits give up without disturbing the others', async () => {
    const box = await stub();
    const pool = sessions();
    const endpoint = endpointOf(box);
    const first = pool.withRoot(endpoint, (shell) => shell.run('sleep 0.2; echo first'));
    const controller = new AbortController();
    const second = pool.withRoot(endpoint, ok, { signal: controller.signal });
    const third = pool.withRoot(endpoint, ok);
    const reason = new Error('cancelled');
    controller.abort(reason);

    await assert.rejects(second, (error) => error === reason);
    assert.equal((await first).output, 'first\n');
    assert.equal(await third, 'ok');
  });

  describe('files through the terminal', () => {
    const every = Buffer.from(Array.from({ length: 10_240 }, (_, index) => (index * 7) % 256));

    it('come back byte for byte, private from the start', async () => {
      const box = await stub();
      const path = join(folder, "it's a file");

      await sessions().withRoot(endpointOf(box), async (shell) => {
        assert.equal(await shell.fileWay(), 'pty');
        await shell.writeFile(path, every);
        assert.equal(statSync(path).mode & 0o777, 0o600);
        assert.ok((await shell.readFile(path))?.equals(every));
        await shell.writeFile(path, Buffer.alloc(0));
        assert.equal((await shell.readFile(path))?.length, 0);
        assert.equal(await shell.readFile(`${path}.not`), undefined);
      });
    });

    it('leave nothing behind, neither on success nor on failure', async () => {
      const box = await stub();

      await sessions().withRoot(endpointOf(box), async (shell) => {
        await shell.writeFile(join(folder, 'file'), every, { secret: true });
        await assert.rejects(
          shell.writeFile(join(folder, 'missing', 'file'), every, { secret: true }),
          code('SESSION_COMMAND_FAILED'),
        );
        const { output } = await shell.run(`ls -A ${folder}`);
        assert.equal(output, 'file\n');
      });
    });

    it('are refused when they are larger than asked for', async () => {
      const box = await stub();

      await sessions().withRoot(endpointOf(box), async (shell) => {
        await shell.writeFile(join(folder, 'file'), every);
        await assert.rejects(
          shell.readFile(join(folder, 'file'), { maxBytes: 100 }),
          code('SESSION_OUTPUT_UNREADABLE'),
        );
      });
    });

    it('are read again when they were replaced meanwhile', async () => {
      const box = await stub();
      const profile = stubProfile(folder);
      const once = join(folder, 'once');
      // The checksum is taken before the bytes are brought.
      profile.fileTools.encode.unshift(
        `[ -e '${once}' ] || { touch '${once}'; echo second > {path}; }; base64 {path}`,
      );

      await sessions({ profiles: new Map([['stub', profile]]) }).withRoot(endpointOf(box), async (shell) => {
        await shell.writeFile(join(folder, 'file'), Buffer.from('the first\n'));
        assert.equal((await shell.readFile(join(folder, 'file')))?.toString(), 'second\n');
      });
    });

    it('find other tools where the first ones are missing', async () => {
      const box = await stub();
      const profile = stubProfile(folder);
      profile.fileTools.encode.unshift('no-such-tool {path}');
      profile.fileTools.decode.unshift('no-such-tool {from} {to}');
      profile.fileTools.digest.unshift('no-such-tool {path}');

      await sessions({ profiles: new Map([['stub', profile]]) }).withRoot(endpointOf(box), async (shell) => {
        await shell.writeFile(join(folder, 'file'), every);
        assert.ok((await shell.readFile(join(folder, 'file')))?.equals(every));
      });
    });
  });
});

async function refusalOf(refused: Promise<unknown>): Promise<string> {
  const error: unknown = await refused.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RunbookError, 'it was not refused');
  return (error.context['refusal'] as Refusal).number;
}

const ok = (): Promise<string> => Promise.resolve('ok');

function stubProfile(temporaryRoot: string): ApplianceProfile {
  const profile = quickProfile('linux');
  profile.fileWays = ['pty'];
  profile.fileTools.temporaryRoot = temporaryRoot;
  return profile;
}

function code(expected: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof RunbookError, String(error));
    assert.equal(error.code, expected, error.message);
    return true;
  };
}
