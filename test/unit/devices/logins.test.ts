import assert from 'node:assert/strict';
import type { Endpoint } from '../../../devices/index.ts';
import { Logins } from '../../../devices/logins.ts';
import { RunbookError } from '../../../errors/index.ts';

const endpoint = (host: string, id = 'admin'): Endpoint => ({
  name: host,
  host,
  port: 22,
  family: 'linux',
  hostKeys: [],
  credential: {
    id,
    username: 'admin',
    password: () => Promise.resolve('x'),
    sudoPassword: () => Promise.resolve('x'),
  },
});
const tick = (ms = 5): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('Logins', () => {
  it('lets one login at a time try a credential, until a box has accepted it', async () => {
    const logins = new Logins({ perSecond: 1000, concurrent: 10 });
    const order: string[] = [];
    const first = await logins.takeTurn(endpoint('a'));
    const second = logins.takeTurn(endpoint('b')).then((turn) => (order.push('b'), turn));
    const third = logins.takeTurn(endpoint('c')).then((turn) => (order.push('c'), turn));
    await logins.takeTurn(endpoint('d', 'other'));
    await tick();
    assert.deepEqual(order, []);

    first('unknown');
    (await second)('accepted');
    (await third)('accepted');

    assert.deepEqual(order.sort(), ['b', 'c']);
  });

  it('freezes for all who wait', async () => {
    const logins = new Logins({ perSecond: 1000, concurrent: 10 });
    const first = await logins.takeTurn(endpoint('a'));
    const second = logins.takeTurn(endpoint('b'));
    logins.note(endpoint('a'), new RunbookError('DEVICE_AUTH_FAILED', 'refused', { freeze: 'credential' }));
    first('refused');

    await assert.rejects(
      second,
      (error) => error instanceof RunbookError && error.code === 'DEVICE_CREDENTIAL_FROZEN',
    );
    logins.thaw('admin');
    (await logins.takeTurn(endpoint('b')))('accepted');
  });

  it('freezes one box alone where only that box is meant', () => {
    const logins = new Logins({ perSecond: 1000, concurrent: 10 });
    logins.note(endpoint('a'), new RunbookError('DEVICE_PASSWORD_EXPIRED', 'expired'));

    assert.throws(() => logins.checkFrozen(endpoint('a')));
    logins.checkFrozen(endpoint('b'));
    logins.thaw('admin');
    logins.checkFrozen(endpoint('a'));
  });

  it('keeps to its rate and to its number at once', async () => {
    const logins = new Logins({ perSecond: 100, concurrent: 2 });
    let running = 0;
    let most = 0;
    const started = Date.now();

    await Promise.all(
      Array.from({ length: 6 }, () =>
        logins.within(async () => {
          most = Math.max(most, (running += 1));
          await tick(15);
          running -= 1;
        }),
      ),
    );

    assert.equal(most, 2);
    assert.ok(Date.now() - started >= 45);
  });

  it('wakes the next one when somebody who waited has given up', async () => {
    const logins = new Logins({ perSecond: 1000, concurrent: 1 });
    const controller = new AbortController();
    const first = logins.within(() => tick(20));
    const second = logins.within(() => Promise.resolve('second'), controller.signal);
    const third = logins.within(() => Promise.resolve('third'));
    controller.abort(new Error('cancelled'));

    await assert.rejects(second, /cancelled/);
    await first;
    assert.equal(await third, 'third');
  });
});
