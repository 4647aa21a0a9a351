import assert from 'node:assert/strict';
import { RunbookError } from '../../../../errors/index.ts';
import { quickProfile, rootAt, walk, type Walked } from '../support/walking.ts';
import { cutAt } from './cuts.ts';
import type { PlayOptions } from './played-box.ts';
import { VirtualClock } from '../../../../devices/dialogue/virtual-clock.ts';

const options = { timeoutMs: 500 };

describe('CommandLine', function () {
  this.timeout(20_000);
  const at = (options: PlayOptions): Promise<Walked> =>
    walk(rootAt('root@fmc:~# '), quickProfile('cisco-firepower', 5), options);

  it('returns output and status as they are', async () => {
    const { commandLine } = await at({
      commands: { one: ['a\n\nb\n', 0], two: ['no end of line', 3], three: ['', 1] },
    });

    assert.deepEqual(await commandLine.send('one', options), { status: 0, output: 'a\n\nb\n' });
    assert.deepEqual(await commandLine.send('two', options), { status: 3, output: 'no end of line' });
    assert.deepEqual(await commandLine.send('three', options), { status: 1, output: '' });
  });

  it('takes no line of the output for a prompt or an end', async () => {
    const output = 'root@fmc:~# \n> \n@deadbeef>1:0\nPassword: \n--More--\nroot@fmc:~# ';
    const { commandLine, box } = await at({ commands: { show: [output] } });
    const before = box.typed.length;

    assert.equal((await commandLine.send('show', options)).output, output);
    assert.equal(box.typed.length, before + 1);
  });

  it('finds the marks wherever the stream is cut', async () => {
    const commands = { show: ['first\nsecond\n', 7] } as const;
    await Promise.all(
      [...Array(70).keys()].map(async (position) => {
        const { commandLine } = await at({ commands, cut: cutAt(position, 0) });
        assert.deepEqual(await commandLine.send('show', options), { status: 7, output: 'first\nsecond\n' });
      }),
    );
  });

  it('drops the echo and says that it is visible', async () => {
    const commands = { show: ['x\n'] } as const;
    const quiet = await at({ commands });
    const loud = await at({ commands, echoes: 1000 });

    assert.equal((await loud.commandLine.send('show', options)).output, 'x\n');
    assert.equal(loud.commandLine.echoVisible, true);
    assert.equal((await quiet.commandLine.send('show', options)).output, 'x\n');
    assert.equal(quiet.commandLine.echoVisible, false);
  });

  it('sees an echo that is broken at the width of the terminal, wherever the break is', async () => {
    const command = `echo ${'x'.repeat(1500)}`;
    for (let columns = 70; columns < 90; columns += 1) {
      const clock = new VirtualClock();
      const { commandLine } = await clock.run(
        at({ commands: { [command]: ['x\n'] }, echoes: columns, clock }),
      );
      await clock.run(commandLine.send(command, options));
      assert.equal(commandLine.echoVisible, true, `${columns} columns`);
    }
  });

  it('types no tilde: on the console of a chassis it is the key that leaves it', async () => {
    const commands = { 'ls ~/x~': ['x\n'] } as const;
    const { commandLine, box } = await at({ commands });

    assert.equal((await commandLine.send('ls ~/x~', options)).output, 'x\n');
    assert.ok(!box.typed.some((line) => line.includes('~')));
  });

  it('types long commands, new lines and other alphabets in short plain lines', async () => {
    const long = `echo ${"it's ".repeat(600)}`;
    const lines = 'first\nsecond';
    const { commandLine, box } = await at({ commands: { [long]: ['long\n'], [lines]: ['lines\n'] } });

    assert.equal((await commandLine.send(long, options)).output, 'long\n');
    assert.equal((await commandLine.send(lines, options)).output, 'lines\n');
    await commandLine.send('echo é\t', options);
    for (const line of box.typed.flatMap((keys) => keys.split(/(?<=\r)/))) {
      assert.ok(line.length <= 1000, `${line.length} characters`);
      assert.match(line, /^[\x20-\x7e]*\r$/);
    }
  });

  it('closes the session when a command does not end', async () => {
    const { commandLine, box } = await at({ commands: { sleep: ['HANG'] } });

    await assert.rejects(commandLine.send('sleep', { timeoutMs: 50 }), code('SESSION_TIMEOUT'));
    const typed = box.typed.length;
    await assert.rejects(commandLine.send('next', options), code('SESSION_TIMEOUT'));
    assert.equal(box.typed.length, typed);
    assert.equal(box.isClosed, true);
  });

  it('says that the session was lost in mid-command', async () => {
    const { commandLine, box } = await at({ commands: { sleep: ['HANG'] } });
    const running = commandLine.send('sleep', options);
    setTimeout(() => box.hangUp(), 20);

    await assert.rejects(running, code('SESSION_LOST'));
    assert.equal(commandLine.isDead, true);
  });

  it('types nothing when another shell has come up meanwhile', async () => {
    const { commandLine, box } = await at({ commands: { show: ['x'] } });
    await commandLine.send('show', options);
    const typed = box.typed.length;
    box.say('\r\ntimed out waiting for input: auto-logout\r\nadmin@fmc:~$ ');
    await new Promise((resolve) => setTimeout(resolve, 20));

    await assert.rejects(commandLine.send('show', options), code('SESSION_LOST'));
    assert.equal(box.typed.length, typed);
  });

  for (const [name, said] of [
    ['of an idle log-out', '\r\ntimed out waiting for input: auto-logout\r\nadmin@fmc:~$ '],
    ['of a console that asks for a login again', '\r\n\r\nfirepower login: '],
    ['of the chassis behind a module', '\r\nConnection closed by foreign host.\r\nchassis-1# '],
    ['of a time limit', '\r\nSession timed out\r\n> '],
  ] as const) {
    it(`does not wait for a command whose shell has ended: the prompt ${name}`, async () => {
      const clock = new VirtualClock();
      const { commandLine, box } = await clock.run(at({ commands: { sleep: ['HANG'] }, clock }));
      const running = commandLine.send('sleep', { timeoutMs: 3_600_000 });
      box.say(said);

      await assert.rejects(clock.run(running), code('SESSION_LOST'));
      assert.ok(clock.now() < 10_000, `after ${clock.now()} ms`);
    });
  }

  it('waits on while an output stands still at a line that says as much', async () => {
    const clock = new VirtualClock();
    const { commandLine, box } = await clock.run(at({ commands: { follow: ['HANG'] }, clock }));
    const running = commandLine.send('follow', { timeoutMs: 60_000 });
    box.say('sshd: Connection closed by remote host\r\nsftunneld: again\r\n');

    await assert.rejects(clock.run(running), code('SESSION_TIMEOUT'));
  });

  it('is not disturbed by a message to all terminals', async () => {
    const { commandLine, box } = await at({ commands: { show: ['x'] } });
    await commandLine.send('show', options);
    box.say('\r\nBroadcast message from root@fmc\r\n\r\nhello\r\n');
    await new Promise((resolve) => setTimeout(resolve, 20));

    assert.equal((await commandLine.send('show', options)).output, 'x');
  });

  it('refuses an output larger than asked for', async () => {
    const { commandLine } = await at({ commands: { big: ['x'.repeat(5000)] } });

    await assert.rejects(
      commandLine.send('big', { ...options, maxBytes: 1000 }),
      code('SESSION_OUTPUT_UNREADABLE'),
    );
  });

  it('keeps a secret out of the screen of an error', async () => {
    const { commandLine, box } = await at({ commands: { key: ['HANG'] } });
    const running = commandLine.send('key', { timeoutMs: 80, secret: true });
    setTimeout(() => box.say('TUlJRXZRSUJBREFOQmdrcWhraUc5dzBC\r\n'), 20);

    await assert.rejects(
      running,
      (error) => error instanceof RunbookError && !JSON.stringify(error.context).includes('TUlJ'),
    );
  });
});

function code(expected: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof RunbookError, String(error));
    assert.equal(error.code, expected);
    return true;
  };
}
