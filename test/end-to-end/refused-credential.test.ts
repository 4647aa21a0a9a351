import assert from 'node:assert/strict';
import { findingLines } from '../../cli/output/findings.ts';
import type { LabTruth } from '../../lab/index.ts';
import { plainView } from '../support/plain-view.ts';
import type { DecisionAnswer, Finding, Plan, RunDocument } from '../../workflows/contract.ts';
import { editRow, setPassword } from '../support/devices-in-trouble.ts';
import { describeOnLabs } from '../support/labs.ts';
import { runUntilHeld } from '../support/generation.ts';
import { tell } from '../support/told.ts';
import { assertGeneratedOnce, assertHoldsNewSet } from '../support/truth.ts';

type Login = LabTruth['devices'][number]['logins']['log'][number];

const allLogins = ({ managers, devices }: LabTruth): Login[] =>
  [...managers, ...devices].flatMap(({ logins }) => logins.log.filter(({ method }) => method !== 'sudo'));

const frozenIn = ({ findings }: Plan): Finding[] =>
  findings.filter(({ cause }) => cause?.startsWith('credential:') === true);

describeOnLabs('a credential of many devices', ({ it, withDevices }) => {
  it(
    'refused by the third of 200: nobody else tries it, and it is said once',
    async () => {
      const settings = 'loginBurst: 200\nconcurrentLogins: 64\n';
      await withDevices(
        { devices: 200 },
        async (site) => {
          await site.lab.fault('loginRefused', { box: 'ftd003' });
          const plan = await site.plan();
          const tried = allLogins(await site.truth());
          const refused = tried.filter(({ ok }) => !ok);
          assert.equal(refused.length, 1);
          const [{ at }] = refused as [Login];
          assert.deepEqual(
            tried.filter((login) => login.at > at),
            [],
            'no other try with it',
          );
          assert.ok(tried.length < 100, String(tried.length));

          const stopped = frozenIn(plan);
          assert.equal(new Set(stopped.map(({ cause }) => cause)).size, 1);
          assert.ok(stopped.length > 100, String(stopped.length));
          const shown = findingLines(plan.findings, plainView).join('\n');
          assert.equal(shown.match(/was refused/g)?.length, 1, shown);
          assert.match(shown, /and \d+ more \(\d+ boxes\)/);

          // Nor by another plan, until a person says so.
          assert.ok(frozenIn(await site.plan()).length > 100);
          assert.equal(allLogins(await site.truth()).length, tried.length);
        },
        { settings },
      );
    },
    { inProcess: '200 devices' },
  );

  it(
    'changed in the middle of a run: one question for all, tried once for each "retry", and finished when it is right',
    async () => {
      const dead = { tunnel: 'down' as const };
      await withDevices({ ftds: [dead, dead, dead, dead] }, async (site) => {
        const names = ['ftd01', 'ftd02', 'ftd03', 'ftd04'];
        const refusedAt = async (): Promise<number> =>
          allLogins(await site.truth()).filter(({ ok }) => !ok).length;
        const run = await runUntilHeld(site, 'after-ca');
        for (const box of names) {
          await site.lab.fault('password', { box, password: 'rotated' });
          await site.lab.fault('dropSsh', { box });
        }
        await site.lab.fault('releaseGenerate');
        const allStand = async (before: readonly string[]): Promise<RunDocument> =>
          await site.until(
            run,
            ({ questions }) =>
              questions.length === names.length && questions.every(({ id }) => !before.includes(id)),
          );
        const first = await allStand([]);
        const [cause, ...others] = new Set(first.questions.map((question) => question.cause));
        assert.deepEqual([cause?.startsWith('credential:admin'), others], [true, []]);
        assert.equal(await refusedAt(), 1);

        const retryAll = (): Promise<DecisionAnswer> =>
          tell(site, run, 'retry', { by: 'test', cause: cause ?? '' });
        // Nothing was corrected.
        assert.equal((await retryAll()).accepted, true);
        await allStand(first.questions.map(({ id }) => id));
        assert.equal(await refusedAt(), 2, 'one try for all of them');

        for (const box of names) await editRow(site, box, setPassword('rotated'));
        assert.equal((await retryAll()).accepted, true);
        const document = await site.closed(run);
        assert.equal(document.exitCode, 0, JSON.stringify([document.summary, document.leftToDo]));
        assert.equal(await refusedAt(), 2);
        const truth = await site.truth();
        assertGeneratedOnce(truth);
        for (const device of truth.devices) assertHoldsNewSet(truth, device);
      });
    },
    { complete: true },
  );
});
