import assert from 'node:assert/strict';
import { findingLines } from '../../cli/output/findings.ts';
import type { LabTruth } from '../../lab/index.ts';
import { plainView } from '../support/plain-view.ts';
import type { Finding, Plan } from '../../workflows/contract.ts';
import { withDevices } from '../support/devices-in-trouble.ts';

type Login = LabTruth['devices'][number]['logins']['log'][number];

const allLogins = ({ managers, devices }: LabTruth): Login[] =>
  [...managers, ...devices].flatMap(({ logins }) => logins.log.filter(({ method }) => method !== 'sudo'));

const frozenIn = ({ findings }: Plan): Finding[] =>
  findings.filter(({ cause }) => cause?.startsWith('credential:') === true);

describe('a credential of 200 devices', function () {
  this.timeout(300_000);

  it('refused by the third: nobody else tries it, and it is said once', async () => {
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
  });
});
