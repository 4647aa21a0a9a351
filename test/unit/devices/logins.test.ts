import assert from 'node:assert/strict';
import type { Endpoint, Refusal } from '../../../devices/index.ts';
import { Logins, type LoginLimits } from '../../../devices/logins/logins.ts';
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
const brisk = (limits: Partial<LoginLimits> = {}): Logins =>
  new Logins({ perSecond: 1000, burst: 100, concurrent: 10, samePasswordAtOnce: 1, ...limits });
const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
};
const refused = (): RunbookError =>
  new RunbookError('DEVICE_AUTH_FAILED', 'refused', { freeze: 'credential' });

/** As a login that is refused does: the refusal is noted before the turn ends. */
function refuse(logins: Logins, at: Endpoint, turn: (outcome: 'unknown') => void): Refusal {
  const error = refused();
  logins.note(at, error);
  turn('unknown');
  return error.context['refusal'] as Refusal;
}

const isFrozen = (error: unknown): boolean =>
  error instanceof RunbookError && error.code === 'DEVICE_CREDENTIAL_FROZEN';

describe('Logins', () => {
  it('lets one login at a time try a credential, until a box has accepted it', async () => {
    const logins = brisk({ samePasswordAtOnce: 2 });
    const order: string[] = [];
    const first = await logins.takeTurn(endpoint('a'));
    const second = logins.takeTurn(endpoint('b')).then((turn) => (order.push('b'), turn));
    const third = logins.takeTurn(endpoint('c')).then((turn) => (order.push('c'), turn));
    const fourth = logins.takeTurn(endpoint('e')).then((turn) => (order.push('e'), turn));
    await logins.takeTurn(endpoint('d', 'other'));
    await settled();
    assert.deepEqual(order, []);

    first('unknown');
    await settled();
    assert.deepEqual(order, ['b']);
    (await second)('accepted');
    await settled();
    assert.deepEqual(order, ['b', 'c', 'e'], 'as many as may have it on its way at once');
    (await third)('accepted');
    (await fourth)('accepted');
  });

  it('has a password that was accepted on its way to one box at a time, so that a change of it is refused once', async () => {
    const logins = brisk();
    (await logins.takeTurn(endpoint('a')))('accepted');
    (await logins.takeTurn(endpoint('b')))('accepted');
    const third = await logins.takeTurn(endpoint('c'));
    const others = ['d', 'e', 'f'].map((name) => logins.takeTurn(endpoint(name)));

    refuse(logins, endpoint('c'), third);

    for (const other of others) await assert.rejects(other, isFrozen);
  });

  it('freezes for all who wait, and says which refusal and cause it stands at', async () => {
    const logins = brisk();
    const first = await logins.takeTurn(endpoint('a'));
    const second = logins.takeTurn(endpoint('b'));
    const refusal = refuse(logins, endpoint('a'), first);

    await assert.rejects(second, (error) => {
      assert.ok(isFrozen(error));
      const { context } = error as RunbookError;
      assert.equal(context.cause, 'credential:admin');
      assert.deepEqual(context['refusal'], refusal);
      return true;
    });
    logins.checkFrozen(endpoint('b', 'other'));
    logins.hear({ settled: [refusal.number] });
    (await logins.takeTurn(endpoint('b')))('accepted');
  });

  it('after "once more" for many: one tries, and when it is refused again nobody else does', async () => {
    const logins = brisk();
    const { number } = refuse(logins, endpoint('a'), await logins.takeTurn(endpoint('a')));
    const names = ['a', 'b', 'c', 'd'];

    let tries = 0;
    const again = names.map(async (name) => {
      // Every device brings the same answer of the same person, each in its own time.
      logins.hear({ settled: [number] });
      const turn = await logins.takeTurn(endpoint(name));
      tries += 1;
      await settled();
      refuse(logins, endpoint(name), turn);
      logins.hear({ settled: [number] });
      throw new Error('refused');
    });

    const results = await Promise.allSettled(again);
    assert.equal(tries, 1);
    assert.equal(results.filter(({ status }) => status === 'rejected').length, names.length);
    logins.hear({ settled: [number] });
    assert.throws(() => logins.checkFrozen(endpoint('e')), isFrozen);
  });

  it('believes what another worker was refused, but for what a box of its own has accepted since', async () => {
    const elsewhere = brisk();
    const refusal = refuse(elsewhere, endpoint('a'), await elsewhere.takeTurn(endpoint('a')));
    const fresh = brisk();
    const proven = brisk();
    (await proven.takeTurn(endpoint('a')))('accepted');
    for (const logins of [fresh, proven]) logins.hear({ standing: [refusal] });

    await assert.rejects(fresh.takeTurn(endpoint('b')), isFrozen);
    (await proven.takeTurn(endpoint('b')))('accepted');

    fresh.hear({ settled: [refusal.number] });
    fresh.hear({ standing: [refusal] });
    (await fresh.takeTurn(endpoint('b')))('accepted');
  });

  it('tries a sudo password apart from the login: one at a time until a box has accepted it', async () => {
    const logins = brisk({ samePasswordAtOnce: 5 });
    (await logins.takeTurn(endpoint('a')))('accepted');
    await logins.takeTurn(endpoint('a'), 'sudo');
    let second = false;
    void logins.takeTurn(endpoint('b'), 'sudo').then(() => (second = true));
    await settled();
    assert.equal(second, false);
  });

  it('freezes one box alone where only that box is meant', () => {
    const logins = brisk();
    const error = new RunbookError('DEVICE_PASSWORD_EXPIRED', 'expired');
    logins.note(endpoint('a'), error);

    assert.throws(() => logins.checkFrozen(endpoint('a')), isFrozen);
    assert.equal(error.context.cause, undefined);
    logins.checkFrozen(endpoint('b'));
    logins.hear({ settled: [(error.context['refusal'] as Refusal).number] });
    logins.checkFrozen(endpoint('a'));
  });

  it('keeps to its number at once', async () => {
    const logins = brisk({ concurrent: 2 });
    let running = 0;
    let most = 0;

    await Promise.all(
      Array.from({ length: 6 }, () =>
        logins.within(async () => {
          most = Math.max(most, (running += 1));
          await settled();
          running -= 1;
        }),
      ),
    );

    assert.equal(most, 2);
  });

  it('goes on when a login fails, and when somebody who waited has given up', async () => {
    const logins = brisk({ concurrent: 1 });
    const controller = new AbortController();
    let end = (): void => undefined;
    const first = logins.within(() => new Promise((_, reject) => (end = () => reject(new Error('no')))));
    const second = logins.within(() => Promise.resolve('second'), controller.signal);
    const third = logins.within(() => Promise.resolve('third'));
    controller.abort(new Error('cancelled'));

    await assert.rejects(second, /cancelled/);
    end();
    await assert.rejects(first, /no/);
    assert.equal(await third, 'third');
  });
});
