import assert from 'node:assert/strict';
import { finishesWell, manager, parked, terminals, when } from '../support/generation.ts';
import { describeOnLabs } from '../support/labs.ts';

const yesOrNo = 'Do you want to continue? [yes/no]: ';
const ftds = [{}, { tunnel: 'down' as const }];

describeOnLabs('questions of generate_certs.pl', ({ it, rarely, withSite }) => {
  rarely('one only: answered', async () => {
    await withSite({ ftds, generation: { questions: [yesOrNo] } }, async (site) => {
      await finishesWell(site, await site.start(await site.plan()));
    });
  });

  for (const question of [
    'This will delete all backups. Continue? [yes/no]: ',
    'Enter the name of the site: ',
  ]) {
    rarely(
      `"${question.trim()}": nothing is sent, the program lives, and an operator's answer goes on`,
      async () => {
        await withSite({ ftds, generation: { questions: [question] } }, async (site) => {
          const run = await site.start(await site.plan());
          const asked = await parked(site, run, 'GENERATE_PROMPT_UNFIT');
          assert.ok(asked.text.includes(question.trim()), asked.text);
          assert.ok(asked.screen?.includes(question.trim()), asked.screen);
          assert.match(asked.state, /waits at this question; nothing was sent/);
          assert.deepEqual(asked.answers, ['retry', 'answer']);
          assert.ok(!(await terminals(site)).includes(`${question}y`), 'nothing was typed');
          const { generations, screens } = await manager(site);
          assert.deepEqual([generations.length, screens.length], [0, 1]);

          assert.equal((await site.decide(run, 'answer')).accepted, false, 'an answer needs its text');
          assert.equal((await site.decide(run, 'answer', undefined, { send: 'yes' })).accepted, true);
          await finishesWell(site, run);
          assert.equal((await manager(site)).generateStarts, 1);
        });
      },
    );
  }

  rarely('a third one parks; somebody answers it by hand, and a retry goes on', async () => {
    await withSite({ ftds, generation: { questions: [yesOrNo, yesOrNo, yesOrNo] } }, async (site) => {
      const run = await site.start(await site.plan());
      await parked(site, run, 'GENERATE_PROMPT_UNFIT');
      await site.lab.fault('typeInTerminals', { box: 'fmc01', text: 'yes\r' });
      await when(async () => (await manager(site)).generations[0]?.finished ?? false);
      await site.decide(run, 'retry');
      await finishesWell(site, run);
    });
  });

  it('an answer that comes too late is not typed at the next question', async () => {
    const next = 'Enter the name of the site: ';
    await withSite({ ftds, generation: { questions: [yesOrNo, yesOrNo, yesOrNo, next] } }, async (site) => {
      const run = await site.start(await site.plan());
      const first = await parked(site, run, 'GENERATE_PROMPT_UNFIT');
      await site.lab.fault('typeInTerminals', { box: 'fmc01', text: 'yes\r' });
      await when(async () => (await terminals(site)).includes(next));
      await site.decide(run, 'answer', undefined, { send: 'no' });
      const second = await site.until(run, ({ questions }) => questions.some(({ id }) => id !== first.id));
      assert.match(second.questions[0]?.state ?? '', /the answer was not sent/);
      assert.deepEqual((await manager(site)).generations, []);
      await site.decide(run, 'answer', undefined, { send: 'yes' });
      await finishesWell(site, run);
    });
  });
});
