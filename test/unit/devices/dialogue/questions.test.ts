/** Commands that ask: seen after a silence, never answered by the machine, and harmless where it was none. */
import assert from 'node:assert/strict';
import { loadProfiles, type ApplianceProfile } from '../../../../devices/index.ts';
import { VirtualClock } from '../../../../devices/dialogue/virtual-clock.ts';
import { RunbookError } from '../../../../errors/index.ts';
import { rootAt, walk, type Walked } from '../support/walking.ts';
import { cutAt } from './cuts.ts';
import type { Cut, PlayOptions } from './played-box.ts';

const loaded = loadProfiles().profiles.get('cisco-ftd');
assert.ok(loaded !== undefined);
const profile: ApplianceProfile = loaded;
const { questionAfterMs } = profile.dialogue;
const hour = { timeoutMs: 3_600_000 };

const questions = [
  'Continue? [y/n]: ',
  'Overwrite (y/n)?',
  'Another administrator is logged in. Go on? [y/N]: ',
  'Are you sure you want to continue connecting (yes/no/[fingerprint])? ',
  'Proceed (agree/decline): ',
  "rm: remove write-protected regular file 'a'? ",
  'Enter PEM pass phrase:',
  "root@10.0.0.1's password: ",
  'Press any key to continue',
  'Hit ENTER to go on...',
  'Wirklich überschreiben? [j/N] ',
  'replace a.pem? [y]es, [n]o, [A]ll, [N]one, [r]ename: (y/n) ',
  '--More--(12%)',
];
/** What slow commands leave at the end of a line. */
const progress = [
  'Copying files ...',
  'Checking (3/5)',
  '[12/40] ',
  '  45% [=====>      ]',
  'Elapsed: ',
  'Uploading a.tar (12 of 99 MB)',
  'resolving host 192.0.2.1: ',
  'Backup [/var/sf/backup]',
  'done.',
];

describe('a command that asks', function () {
  this.timeout(60_000);

  interface Asked extends Walked {
    readonly clock: VirtualClock;
  }
  async function at(shown: string, options: PlayOptions = {}, sees = true): Promise<Asked> {
    const clock = new VirtualClock();
    const commands = {
      ask: [`HANGfirst line\n${shown}`],
      next: ['ok\n', 4],
      "less 'Go on? [y/n]' a": ['HANG'],
    } as const;
    const walked = await clock.run(walk(rootAt('root@ftd:~# '), profile, { commands, clock, ...options }));
    walked.commandLine.seesQuestions = sees;
    return { ...walked, clock };
  }
  const isQuestion =
    (shown: string) =>
    (error: unknown): boolean => {
      assert.ok(error instanceof RunbookError, String(error));
      assert.equal(error.code, 'SESSION_PROMPT_UNKNOWN', error.message);
      assert.equal(error.context['inCommand'], true);
      assert.equal(error.context['line'], shown);
      return true;
    };

  for (const shown of questions)
    it(`is seen after a silence, and nothing is typed: ${shown}`, async () => {
      const { clock, commandLine, box } = await at(shown);
      const [from, typed] = [clock.now(), box.typed.length];
      await assert.rejects(clock.run(commandLine.send('ask', hour)), isQuestion(shown));
      const waited = clock.now() - from;
      assert.ok(waited >= questionAfterMs && waited < questionAfterMs + 3000, `${waited} ms`);
      assert.equal(box.typed.length, typed + 1, 'the command alone');
      assert.equal(box.isClosed, false);
    });

  it('wherever the stream is cut, and however late the rest comes', async () => {
    for (const shown of questions.slice(0, 3)) {
      const mark = `\r\n@0123456789ab<3\r\nfirst line\r\n`.length;
      for (let cut = 1; cut <= mark + shown.length; cut += 1)
        for (const gapMs of [1, questionAfterMs - 1500]) {
          const late: { -readonly [K in keyof Cut]: Cut[K] } = { ...cutAt(cut) };
          const { clock, commandLine } = await at(shown, { cut: late });
          late.gapMs = gapMs;
          await assert.rejects(clock.run(commandLine.send('ask', hour)), isQuestion(shown), `cut at ${cut}`);
        }
    }
  });

  for (const shown of progress)
    it(`is not one that is slow: ${shown}`, async () => {
      const { clock, commandLine, box } = await at(shown);
      const running = commandLine.send('ask', hour);
      clock.after(600_000, () => box.endCommand(' ok\n'));
      const { output } = await clock.run(running);
      assert.equal(output, `first line\n${shown} ok\n`);
    });

  it('is not one whose line ends, or that goes on before the silence is over', async () => {
    const { clock, commandLine, box } = await at('Found old copy, overwritten?');
    const running = commandLine.send('ask', hour);
    clock.after(questionAfterMs - 2000, () => box.say('\r\nReally? (y/n)\r\n'));
    clock.after(600_000, () => box.endCommand());
    await clock.run(running);
  });

  it('has all its time where nobody can be asked, and where it shows a secret', async () => {
    for (const [sees, secret] of [
      [false, false],
      [true, true],
    ] as const) {
      const { clock, commandLine, box } = await at('Continue? [y/n]: ', {}, sees);
      const running = commandLine.send('ask', { ...hour, secret });
      clock.after(600_000, () => box.endCommand());
      assert.equal((await clock.run(running)).status, 0);
    }
  });

  it('takes no echo of what was typed for one', async () => {
    const { clock, commandLine, box } = await at('');
    const running = commandLine.send("less 'Go on? [y/n]' a", { timeoutMs: 90_000 });
    // A terminal that stalls in the middle of it.
    clock.after(10, () => box.say((box.typed.at(-1) ?? '').replace(/\].*/s, ']')));
    const from = clock.now();
    // What looks like a question is one when the time is over, as ever.
    await assert.rejects(clock.run(running), /did not end within 90000 ms and waits at/);
    assert.ok(clock.now() - from >= 90_000);
  });

  it('is answered once; what it showed before is not asked again, the next question is', async () => {
    const { clock, commandLine, box } = await at('Continue? [y/n]: ');
    await assert.rejects(clock.run(commandLine.send('ask', hour)));
    const running = commandLine.goOn({ text: 'y\r', secret: false });
    // A terminal that shows nothing of what is typed: the line of the question stands there for long.
    clock.after(10 * questionAfterMs, () => box.say('\r\nOverwrite (y/n)?'));
    await assert.rejects(clock.run(running), isQuestion('Overwrite (y/n)?'));
    assert.deepEqual(box.typed.slice(-1), ['y\r']);
    const rest = commandLine.goOn({ text: 'n\r', secret: false });
    clock.after(10, () => box.endCommand('\n'));
    await clock.run(rest);
    assert.deepEqual(await clock.run(commandLine.send('next', hour)), { status: 4, output: 'ok\n' });
  });

  it('that ends by itself leaves a shell that is used on, wherever its end is cut', async () => {
    for (let cut = 1; cut < 40; cut += 1) {
      const { clock, commandLine, box } = await at('Checking peers? ', { cut: cutAt(cut, 5) });
      await assert.rejects(clock.run(commandLine.send('ask', hour)));
      assert.equal(commandLine.hasEnded, false);
      box.endCommand('yes\n', 3);
      await clock.run(new Promise<void>((resolve) => void clock.after(100, resolve)));
      assert.equal(commandLine.hasEnded, true, `cut at ${cut}`);
      const typed = box.typed.length;
      await clock.run(commandLine.goOn(undefined));
      assert.equal(box.typed.length, typed, 'nothing is typed');
      assert.equal(commandLine.atPrompt, undefined);
      assert.deepEqual(await clock.run(commandLine.send('next', hour)), { status: 4, output: 'ok\n' });
    }
  });
});
