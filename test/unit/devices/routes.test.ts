import assert from 'node:assert/strict';
import {
  createSessions,
  type Endpoint,
  type Sessions,
  type SessionsOptions,
} from '../../../devices/index.ts';
import { RunbookError } from '../../../errors/index.ts';
import { endpointOf, startStub, type Stub, type StubOptions } from './support/stub-server.ts';
import { quickProfile } from './support/walking.ts';

describe('routes through jump hosts', function () {
  this.timeout(20_000);
  const open: { close(): Promise<void> }[] = [];

  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  async function stub(options: StubOptions = {}): Promise<Stub> {
    const started = await startStub(options);
    open.push(started);
    return started;
  }

  function sessions(options: Partial<SessionsOptions> = {}): Sessions {
    const profile = quickProfile('linux');
    profile.fileWays = ['pty'];
    const made = createSessions({
      profiles: new Map([['stub', profile]]),
      loginsPerSecond: 1000,
      loginBurst: 100,
      ...options,
    });
    open.push(made);
    return made;
  }

  const jumpOf = (jump: Stub, name: string, password = 'jump'): Endpoint =>
    endpointOf(jump, {
      name,
      credential: {
        id: name,
        username: 'hop',
        password: () => Promise.resolve(password),
        sudoPassword: () => Promise.resolve(''),
      },
    });

  it('one connection for all boxes behind it, with a key and a credential of its own', async () => {
    const jump = await stub({ password: 'jump' });
    const boxes = await Promise.all([stub(), stub(), stub()]);
    const via = [jumpOf(jump, 'jump')];
    const pool = sessions();

    for (const box of boxes) assert.equal(await pool.withRoot(endpointOf(box, { via }), ok), 'ok');

    assert.deepEqual(passwordsAt(jump), ['jump']);
    await assert.rejects(
      pool.withRoot(
        endpointOf(boxes[0], { name: 'ftd-3', via: [{ ...jumpOf(jump, 'jump'), hostKeys: [] }] }),
        ok,
      ),
      (error) => {
        assert.ok(error instanceof RunbookError);
        assert.equal(error.code, 'DEVICE_HOST_KEY_UNKNOWN');
        assert.match(error.message, /^On the way to ftd-3: jump: no host key is known/);
        assert.deepEqual([error.context.device, error.context.cause], ['ftd-3', 'route:jump']);
        return true;
      },
    );
  });

  it('a chain of two: the second is reached through the first, and the one that failed is named', async () => {
    const first = await stub({ password: 'jump' });
    const second = await stub({ password: 'jump' });
    const box = await stub();
    const pool = sessions();
    const via = [jumpOf(first, 'jump-1'), jumpOf(second, 'jump-2')];

    assert.equal(await pool.withRoot(endpointOf(box, { via }), ok), 'ok');
    assert.deepEqual([passwordsAt(first), passwordsAt(second)], [['jump'], ['jump']]);

    await second.close();
    second.drop();
    const refused = sessions().withRoot(endpointOf(box, { name: 'ftd-3', via }), ok);
    await assert.rejects(refused, (error) => {
      assert.ok(error instanceof RunbookError);
      assert.equal(error.code, 'DEVICE_UNREACHABLE');
      assert.match(error.message, /^On the way to ftd-3: /);
      assert.equal(error.context['hop'], 'jump-2');
      return true;
    });
  });

  it('a refused password of a jump host is tried once for all behind it, and freezes nothing of the boxes', async () => {
    const jump = await stub({ password: 'jump' });
    const boxes = await Promise.all([stub(), stub(), stub()]);
    const pool = sessions();
    const via = [jumpOf(jump, 'jump', 'wrong')];

    const results = await Promise.allSettled(boxes.map((box) => pool.withRoot(endpointOf(box, { via }), ok)));
    await assert.rejects(pool.withRoot(endpointOf(boxes[0], { via }), ok), causeOf('credential:jump'));

    assert.deepEqual(passwordsAt(jump), ['wrong']);
    for (const one of results) assert.ok(one.status === 'rejected' && causeOf('credential:jump')(one.reason));
    for (const box of boxes) assert.equal(await pool.withRoot(endpointOf(box), ok), 'ok');
  });

  it('one that dies takes its sessions along, says so, and is logged in to again', async () => {
    const jump = await stub({ password: 'jump' });
    const box = await stub();
    const pool = sessions();
    const endpoint = endpointOf(box, { via: [jumpOf(jump, 'jump')] });

    await assert.rejects(
      pool.withRoot(endpoint, async (shell) => {
        const running = shell.run('sleep 5');
        setTimeout(() => jump.drop(), 50);
        return await running;
      }),
      (error) => {
        assert.ok(error instanceof RunbookError);
        assert.equal(error.code, 'SESSION_LOST');
        assert.equal(error.context.cause, 'route:jump');
        return true;
      },
    );
    assert.equal(await pool.withRoot(endpoint, ok), 'ok');
    assert.deepEqual(passwordsAt(jump), ['jump', 'jump']);
  });

  it('when it is full, a session that nobody uses makes room; one in use is waited for', async () => {
    const jump = await stub({ password: 'jump' });
    const boxes = await Promise.all([stub(), stub(), stub()]);
    const pool = sessions({ jumpChannels: 1, jumpConnections: 1 });
    const via = [jumpOf(jump, 'jump')];
    const [first, second, third] = boxes.map((box) => endpointOf(box, { via })) as [
      Endpoint,
      Endpoint,
      Endpoint,
    ];

    assert.equal(await pool.withRoot(first, ok), 'ok');
    const inUse = pool.withRoot(second, (shell) => shell.run('sleep 0.3; echo second'));
    const waits = pool.withRoot(third, ok);

    assert.equal((await inUse).output, 'second\n');
    assert.equal(await waits, 'ok');
    assert.deepEqual(passwordsAt(jump), ['jump']);
  });
});

describe('who is the same box', function () {
  this.timeout(20_000);
  const open: { close(): Promise<void> }[] = [];

  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  it('has one session at a time, whatever address and credential it is called by, with fresh logins and after a death', async () => {
    const box = await startStub();
    open.push(box);
    const profile = quickProfile('linux');
    profile.fileWays = ['pty'];
    const pool = createSessions({
      profiles: new Map([['stub', profile]]),
      loginsPerSecond: 1000,
      loginBurst: 100,
    });
    open.push(pool);
    const one = endpointOf(box);
    const credential = { ...one.credential, id: 'second', username: 'other' };
    const ways = [one, { ...one, name: 'alias', host: 'localhost' }, { ...one, credential }];

    await Promise.all(
      [...ways, ...ways].map(async (endpoint, n) => {
        const ask = n % 2 === 0 ? [] : ['nothing'];
        const work = pool.withRoot(endpoint, (shell) => shell.run('sleep 0.02; echo done'), { ask });
        if (n === 3) box.drop();
        await work.catch(() => undefined);
      }),
    );

    assert.ok(box.logins.length > 3);
    assert.equal(box.mostAtOnce(), 1);
  });
});

const ok = (): Promise<string> => Promise.resolve('ok');

const passwordsAt = (stub: Stub): (string | undefined)[] =>
  stub.logins.filter(({ method }) => method === 'password').map(({ password }) => password);

function causeOf(expected: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof RunbookError, String(error));
    assert.equal(error.context.cause, expected, error.message);
    return true;
  };
}
