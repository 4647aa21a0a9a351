import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import {
  assertStoppedBy,
  editRow,
  findingsAbout,
  held,
  loginsAt,
  parked,
  setPassword,
  typedAt,
  withQuickProfiles,
} from '../support/devices-in-trouble.ts';
import { describeOnLabs } from '../support/labs.ts';
import type { Site } from '../support/renewal-site.ts';
import { deviceOf } from '../support/told.ts';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed } from '../support/truth.ts';

const lab = { ftds: [{}, { tunnel: 'down' as const }] };
const password = 'Lab-Passw0rd!';

describeOnLabs('a device that does not let us in', ({ it, rarely, withDevices }) => {
  rarely(
    'wrong password in one row: tried once, only that row is frozen, the others are finished, corrected it is finished too',
    async () => {
      await withDevices(lab, async (site) => {
        await editRow(site, 'ftd02', setPassword('not-this-one'));
        const plan = await site.plan();
        const finding = assertStoppedBy(plan, 'ftd02', 'DEVICE_AUTH_FAILED');
        assert.match(finding.text, /Correct the credential/);
        assert.deepEqual(await loginsAt(site, 'ftd02'), { accepted: 0, refused: 1 });
        const second = await site.plan({ accepted: ['ftd02'] });
        assert.equal(second.runnable, true, JSON.stringify(second.findings));

        const run = await site.start(second, { accepted: ['ftd02'] });
        const question = await parked(site, run);
        assert.equal(question.box, 'ftd02');
        assert.equal(question.code, 'DEVICE_AUTH_FAILED');
        assert.match(question.state, /not proven that this device holds its new set/);
        assert.match(question.remedy, /Correct the credential/);
        assert.deepEqual(
          await loginsAt(site, 'ftd02'),
          { accepted: 0, refused: 1 },
          'no second try of a refused password, by whatever plan or run',
        );
        assert.equal(deviceOf(await site.state(run), 'ftd01').status, 'done');
        assertHoldsNewSet(await site.truth(), deviceNamed(await site.truth(), 'ftd01'));

        await editRow(site, 'ftd02', setPassword(password));
        await site.decide(run, 'retry', 'ftd02');
        const document = await site.closed(run);
        assert.equal(document.exitCode, 0, document.summary);
        const truth = await site.truth();
        assertGeneratedOnce(truth);
        for (const device of truth.devices) assertHoldsNewSet(truth, device);
      });
    },
  );

  rarely(
    'wrong password on a box whose row shares it with all others: a refusal freezes them all, nothing is touched',
    async () => {
      await withDevices(lab, async (site) => {
        for (const box of ['fmc01', 'ftd01', 'ftd02']) await editRow(site, box, setPassword('not-this-one'));
        const plan = await site.plan();
        assert.equal(plan.runnable, false);
        const truth = await site.truth();
        const attempts = [...truth.managers, ...truth.devices].map(({ logins }) => logins.attempts);
        assert.equal(
          attempts.reduce((a, b) => a + b, 0),
          1,
          'one box was asked, once',
        );

        // Mended at the boxes. A plan alone does not try it again; one that a person wants to, does.
        for (const box of ['fmc01', 'ftd01', 'ftd02'])
          await site.lab.fault('password', { box, password: 'not-this-one' });
        assert.equal((await site.plan()).runnable, false);
        const again = await site.plan({ retryLogins: true });
        assert.equal(again.runnable, true, JSON.stringify(again.findings));
        const refused = (await site.truth()).devices.reduce((sum, { logins }) => sum + logins.failures, 0);
        assert.ok(refused <= 1, String(refused));
      });
    },
  );

  rarely('changed host key: named, no password reaches it', async () => {
    await withDevices(lab, async (site) => {
      const { knownHosts } = (await site.lab.fault('hostKeyChanged', { box: 'ftd02' })) as {
        knownHosts: string;
      };
      const plan = await site.plan();
      const finding = assertStoppedBy(plan, 'ftd02', 'DEVICE_HOST_KEY_CHANGED');
      assert.match(finding.text, /Find out why/);
      assert.deepEqual(await loginsAt(site, 'ftd02'), { accepted: 0, refused: 0 });
      assert.deepEqual(await site.lab.transcripts('ftd02'), []);

      const run = await site.start(plan, { accepted: ['ftd02'] });
      const question = await parked(site, run);
      assert.equal(question.code, 'DEVICE_HOST_KEY_CHANGED');
      assert.deepEqual(await loginsAt(site, 'ftd02'), { accepted: 0, refused: 0 });
      assert.equal((await held(site, 'ftd02')).backups.length, 0);

      // The operator has found out why and takes the key that the box shows at its console.
      await writeFile(site.file('known_hosts'), knownHosts);
      await site.decide(run, 'retry', 'ftd02');
      const document = await site.closed(run);
      assert.equal(document.exitCode, 0, document.summary);
    });
  });

  const refusals = [
    { fault: 'sudoRefused', code: 'SESSION_SUDO_REFUSED', shows: /not in the sudoers file/ },
    { fault: 'expertRefused', code: 'SESSION_EXPERT_REFUSED', shows: /Illegal command line/ },
    {
      fault: 'forcedPasswordChange',
      code: 'DEVICE_PASSWORD_EXPIRED', // FTD's own words, or those of PAM.
      shows: /Enter new password:|password has expired/,
    },
  ];
  for (const { fault, code, shows } of refusals) {
    rarely(
      `${fault}: the plan names it by ${code}; accepted, the others are finished and it parks with its screen`,
      async () => {
        await withDevices(lab, async (site) => {
          await site.lab.fault(fault, { box: 'ftd02' });
          const plan = await site.plan();
          assertStoppedBy(plan, 'ftd02', code);
          const before = await held(site, 'ftd02');
          const run = await site.start(plan, { accepted: ['ftd02'] });
          const question = await parked(site, run);
          assert.equal(question.box, 'ftd02');
          assert.equal(deviceOf(await site.state(run), 'ftd01').status, 'done');
          assert.deepEqual((await held(site, 'ftd02')).files, before.files, 'nothing was written');

          // A person asked for it, so it is really tried, and says what the box says.
          await site.decide(run, 'retry', 'ftd02');
          // The settled question is shown until the device's run has told its parent.
          await site.until(run, ({ questions }) => questions.some(({ id }) => id !== question.id));
          const again = await parked(site, run);
          assert.equal(again.code, code);
          assert.match(again.screen ?? '', shows);

          await site.lab.fault(fault, { box: 'ftd02', on: false });
          await site.decide(run, 'retry', 'ftd02');
          const document = await site.closed(run);
          assert.equal(document.exitCode, 0, document.summary);
          assertHoldsNewSet(await site.truth(), deviceNamed(await site.truth(), 'ftd02'));
        });
      },
    );
  }

  for (const at of ['login', 'expert', 'sudo'] as const) {
    rarely(`unknown prompt at ${at}: named, its screen is shown, nothing is typed there`, async () => {
      const prompt = 'Accept site policy (agree/decline): ';
      const atSite = async (site: Site): Promise<void> => {
        await site.lab.fault('unknownPrompt', { box: 'ftd02', at, text: prompt });
        const plan = await site.plan();
        const finding = assertStoppedBy(plan, 'ftd02', 'SESSION_PROMPT_UNKNOWN');
        assert.match(finding.text, /Accept site policy/);
        const run = await site.start(plan, { accepted: ['ftd02'] });
        const question = await parked(site, run);
        assert.equal(question.code, 'SESSION_PROMPT_UNKNOWN');
        assert.match(question.screen ?? '', /Accept site policy/);
        const typed = await typedAt(site, 'ftd02', prompt);
        assert.ok(typed.length > 0);
        assert.deepEqual([...new Set(typed)], ['']);
        assert.equal(findingsAbout(await site.state(run), 'ftd01', 'accept').length, 0);
        assert.equal(deviceOf(await site.state(run), 'ftd01').status, 'done');

        await site.decide(run, 'skip', 'ftd02', { reason: 'the site policy is a matter for tomorrow' });
        const document = await site.closed(run);
        assert.equal(document.exitCode, 4);
        assert.equal(deviceOf(document, 'ftd02').status, 'skipped');
        assert.ok(document.leftToDo.some((text) => text.startsWith('ftd02:')));
      };
      await withQuickProfiles((settings) => withDevices(lab, atSite, { settings }));
    });
  }

  it(
    'what looks like a root prompt and is none: one harmless line is typed, then nothing more',
    async () => {
      const prompt = 'root@ftd02:~# ';
      const atSite = async (site: Site): Promise<void> => {
        await site.lab.fault('unknownPrompt', { box: 'ftd02', at: 'sudo', text: `Say [agree]\n${prompt}` });
        assertStoppedBy(await site.plan(), 'ftd02', 'SESSION_PROMPT_UNKNOWN');
        for (const transcript of await site.lab.transcripts('ftd02')) {
          const typed = transcript
            .split(prompt)
            .slice(1)
            .map((text) => text.replace(/Say \[agree\]/, '').trim());
          assert.ok(typed.filter((text) => text !== '').length <= 1, JSON.stringify(typed));
          assert.doesNotMatch(transcript, /HISTFILE|stty|PS1/);
        }
      };
      await withQuickProfiles((settings) => withDevices(lab, atSite, { settings }));
    },
    { inProcess: 'all terminals of a box are told as one text' },
  );
});
