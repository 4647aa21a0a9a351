/** Renewals of boxes that ask what no profile knows: answered on the command line, or by an edit of the profile. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loginsAt, withQuickProfiles } from '../support/devices-in-trouble.ts';
import { manager, runUntilHeld, when } from '../support/generation.ts';
import { runbook } from '../support/processes.ts';
import { describeOnLabs, type OnLab } from '../support/labs.ts';
import type { Site } from '../support/renewal-site.ts';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed } from '../support/truth.ts';

const policy = 'Accept site policy (agree/decline): ';

/** A site whose profile gives up on a silent prompt soon; `edit` changes its text. */
async function withOwnProfile(
  withSite: OnLab['withSite'],
  ftds: NonNullable<Parameters<typeof withSite>[0]['ftds']>,
  use: (site: Site, edit: (change: (text: string) => string) => Promise<void>) => Promise<void>,
): Promise<void> {
  await withQuickProfiles(async (settings, file) => {
    const edit = async (change: (text: string) => string): Promise<void> => {
      const text = await readFile(file, 'utf8');
      assert.notEqual(change(text), text, 'the edit changes something');
      await writeFile(file, change(text));
    };
    await edit((text) => text.replace(/^dialogue:\n/m, (found) => `${found}  questionAfterMs: 1500\n`));
    await withSite({ ftds }, (site) => use(site, edit), { settings });
  });
}

/** The real command line, at the site's server. */
async function type(site: Site, ...words: string[]): Promise<{ code: number | null; shown: string }> {
  const { code, stdout, stderr } = await runbook(words, {
    env: {
      ...process.env,
      TEMPORAL_ADDRESS: site.server.address,
      TEMPORAL_NAMESPACE: site.server.namespace,
      RUNBOOK_HOME: path.join(site.folder, 'cli-home'),
      NO_COLOR: '1',
    },
  });
  return { code, shown: stdout + stderr };
}

const typedAt = async (site: Site, box: string, text: string): Promise<number> =>
  (await site.lab.transcripts(box)).join('\n').split(text).length - 1;

describeOnLabs('prompts that no profile knows', ({ it, rarely, withSite, isSystem }) => {
  it('the FMC asks in the middle of the launch, two devices ask the same at login: one answer each, typed once', async () => {
    await withOwnProfile(withSite, [{}, { tunnel: 'down' }, { tunnel: 'down' }], async (site) => {
      const plan = await site.plan();
      const text = 'Another administrator is logged in. Go on? [y/N]: ';
      await site.lab.fault('unknownPrompt', {
        box: 'fmc01',
        at: 'command',
        text,
        line: 'dmS|new-session',
        once: true,
      });
      await site.lab.fault('holdGenerateAt', { phase: 'after-ca' });
      const run = await site.start(plan);
      const { questions } = await site.until(run, (document) => document.questions.length > 0);
      const [asked] = questions;
      assert.deepEqual([asked?.box, asked?.code], ['fmc01', 'SESSION_PROMPT_UNKNOWN']);
      assert.match(asked?.screen ?? '', /Another administrator/);
      assert.match(asked?.state ?? '', /A command waits at this prompt/);
      assert.equal((await manager(site)).generateStarts, 0);
      const yes = await type(site, 'answer', run, '--send', 'y');
      assert.equal(yes.code, 0, yes.shown);
      await when(async () => (await manager(site)).heldPhases.length > 0);

      // What only looks like a question: asked while it stands there, and settled by the end of the command. Of the commands on a
      // real device none does so.
      const slow = {
        box: 'ftd01',
        at: 'command',
        text: 'Checking (yes/no)? ',
        line: String.raw`rb_\w+ \d+ ("\$rbc"|'.*openssl)`,
        goesOnAfterMs: 6000,
      };
      if (!isSystem) await site.lab.fault('unknownPrompt', slow);
      for (const box of ['ftd02', 'ftd03']) {
        await site.lab.fault('unknownPrompt', { box, at: 'login', text: policy, once: true });
        await site.lab.fault('dropSsh', { box });
      }
      await site.lab.fault('releaseGenerate');
      if (!isSystem) await site.until(run, ({ questions: open }) => open.some(({ box }) => box === 'ftd01'));
      const both = await site.until(
        run,
        ({ questions: open }) => open.length === 2 && open.every(({ box }) => box !== 'ftd01'),
      );
      const causes = new Set(both.questions.map(({ cause }) => cause));
      assert.equal(causes.size, 1, JSON.stringify(both.questions));
      const [cause = ''] = causes;
      assert.equal(await typedAt(site, 'ftd02', `${policy}a`), 0, 'nothing was typed');
      const status = await type(site, 'status', run);
      assert.match(status.shown, /\| Accept site policy/);
      assert.ok(status.shown.includes(`runbook answer ${run} --cause ${cause} --send`), status.shown);
      const refused = await type(site, 'answer', run, '--cause', cause, '--send', 'agree\nmore');
      assert.equal(refused.code, 3, refused.shown);
      const answer = ['answer', run, '--cause', cause, '--send', 'agree', '--reason', 'ours'];
      const answered = await type(site, ...answer);
      assert.equal(answered.code, 0, answered.shown);

      const document = await site.closed(run);
      assert.equal(document.exitCode, 0, document.summary);
      const truth = await site.truth();
      assertGeneratedOnce(truth);
      for (const device of truth.devices) assertHoldsNewSet(truth, device);
      for (const box of ['ftd02', 'ftd03']) assert.equal(await typedAt(site, box, `${policy}agree`), 1);
      const recorded = document.decisions.filter(({ verb }) => verb === 'answer');
      assert.deepEqual(recorded.map(({ box, send }) => [box, send]).sort(), [
        ['fmc01', 'y'],
        ['ftd02', 'agree'],
        ['ftd03', 'agree'],
      ]);
      assert.match((await type(site, 'report', run)).shown, /answer "agree" {2}ftd02 {2}"ours"/);
    });
  });

  rarely('an edited profile and a retry go on in the session that stood there', async () => {
    await withOwnProfile(withSite, [{}, { tunnel: 'down' }], async (site, edit) => {
      const run = await runUntilHeld(site, 'after-ca');
      await site.lab.fault('unknownPrompt', { box: 'ftd02', at: 'expert', text: policy });
      await site.lab.fault('dropSsh', { box: 'ftd02' });
      await site.lab.fault('releaseGenerate');
      const { questions } = await site.until(run, (document) => document.questions.length > 0);
      assert.deepEqual(
        questions.map(({ box, code, answers }) => [box, code, answers]),
        [['ftd02', 'SESSION_PROMPT_UNKNOWN', ['retry', 'skip', 'answer']]],
      );
      const before = await loginsAt(site, 'ftd02');
      const state = "    site-policy: { prompt: '^Accept site policy \\(agree/decline\\): ?$' }\n";
      const move = '    site-policy: { from: site-policy, send: agree, to: [expert] }\n';
      await edit((text) =>
        text
          .replace('  states:\n', (found) => found + state)
          .replace('  moves:\n', (found) => found + move)
          .replace('to: [expert, root]\n', 'to: [expert, root, site-policy]\n'),
      );
      assert.equal((await site.decide(run, 'retry', 'ftd02')).accepted, true);
      const document = await site.closed(run);
      assert.equal(document.exitCode, 0, document.summary);
      const truth = await site.truth();
      assertGeneratedOnce(truth);
      assertHoldsNewSet(truth, deviceNamed(truth, 'ftd02'));
      assert.deepEqual(await loginsAt(site, 'ftd02'), before, 'no other login was needed');
    });
  });
});
