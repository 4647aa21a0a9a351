import assert from 'node:assert/strict';
import { RunbookError } from '../../../errors/index.ts';
import type { Script } from './support/scripted-box.ts';
import { cutAt, quickProfile, walk } from './support/walking.ts';

const root: Script = { opening: 'root@fmc:~# ', exchanges: [] };
const options = { timeoutMs: 500 };

describe('CommandLine', function () {
  this.timeout(20_000);
  const profile = quickProfile('cisco-firepower', 5);

  it('returns output and status as they are', async () => {
    const { commandLine } = await walk(
      { ...root, commands: { one: ['a\n\nb\n', 0], two: ['no end of line', 3], three: ['', 1] } },
      profile,
    );

    assert.deepEqual(await commandLine.send('one', options), { status: 0, output: 'a\n\nb\n' });
    assert.deepEqual(await commandLine.send('two', options), { status: 3, output: 'no end of line' });
    assert.deepEqual(await commandLine.send('three', options), { status: 1, output: '' });
  });

  it('takes no line of the output for a prompt or an end', async () => {
    const output = 'root@fmc:~# \n> \n@deadbeef>1:0\nPassword: \n--More--\nroot@fmc:~# ';
    const { commandLine, box } = await walk({ ...root, commands: { show: [output] } }, profile);
    const before = box.typed.length;

    assert.equal((await commandLine.send('show', options)).output, output);
    assert.equal(box.typed.length, before + 1);
  });

  it('finds the marks wherever the stream is cut', async () => {
    const commands = { show: ['first\nsecond\n', 7] } as const;
    await Promise.all(
      [...Array(70).keys()].map(async (position) => {
        const { commandLine } = await walk({ ...root, commands, cut: cutAt(position) }, profile);
        assert.deepEqual(await commandLine.send('show', options), { status: 7, output: 'first\nsecond\n' });
      }),
    );
  });

  it('drops the echo and says that it is visible', async () => {
    const commands = { show: ['x\n'] } as const;
    const quiet = await walk({ ...root, commands }, profile);
    const loud = await walk({ ...root, commands, echoes: true }, profile);

    assert.equal((await loud.commandLine.send('show', options)).output, 'x\n');
    assert.equal(loud.commandLine.echoVisible, true);
    assert.equal((await quiet.commandLine.send('show', options)).output, 'x\n');
    assert.equal(quiet.commandLine.echoVisible, false);
  });

  it('types long commands, new lines and other alphabets in short plain lines', async () => {
    const long = `echo ${"it's ".repeat(600)}`;
    const lines = 'first\nsecond';
    const { commandLine, box } = await walk(
      { ...root, commands: { [long]: ['long\n'], [lines]: ['lines\n'] } },
      profile,
    );

    assert.equal((await commandLine.send(long, options)).output, 'long\n');
    assert.equal((await commandLine.send(lines, options)).output, 'lines\n');
    await commandLine.send('echo é\t', options);
    for (const line of box.typed) {
      assert.ok(line.length <= 1000, `${line.length} characters`);
      assert.match(line, /^[\x20-\x7e]*$/);
    }
  });

  it('closes the session when a command does not end', async () => {
    const { commandLine, box } = await walk({ ...root, commands: { sleep: ['HANG'] } }, profile);

    await assert.rejects(commandLine.send('sleep', { timeoutMs: 50 }), code('SESSION_TIMEOUT'));
    const typed = box.typed.length;
    await assert.rejects(commandLine.send('next', options), code('SESSION_TIMEOUT'));
    assert.equal(box.typed.length, typed);
    assert.equal(box.isClosed, true);
  });

  it('says that the session was lost in mid-command', async () => {
    const { commandLine, box } = await walk({ ...root, commands: { sleep: ['HANG'] } }, profile);
    const running = commandLine.send('sleep', options);
    setTimeout(() => box.hangUp(), 20);

    await assert.rejects(running, code('SESSION_LOST'));
    assert.equal(commandLine.isDead, true);
  });

  it('types nothing when another shell has come up meanwhile', async () => {
    const { commandLine, box } = await walk({ ...root, commands: { show: ['x'] } }, profile);
    await commandLine.send('show', options);
    const typed = box.typed.length;
    box.say('\r\ntimed out waiting for input: auto-logout\r\nadmin@fmc:~$ ');
    await new Promise((resolve) => setTimeout(resolve, 20));

    await assert.rejects(commandLine.send('show', options), code('SESSION_LOST'));
    assert.equal(box.typed.length, typed);
  });

  it('is not disturbed by a message to all terminals', async () => {
    const { commandLine, box } = await walk({ ...root, commands: { show: ['x'] } }, profile);
    await commandLine.send('show', options);
    box.say('\r\nBroadcast message from root@fmc\r\n\r\nhello\r\n');
    await new Promise((resolve) => setTimeout(resolve, 20));

    assert.equal((await commandLine.send('show', options)).output, 'x');
  });

  it('refuses an output larger than asked for', async () => {
    const { commandLine } = await walk({ ...root, commands: { big: ['x'.repeat(5000)] } }, profile);

    await assert.rejects(
      commandLine.send('big', { ...options, maxBytes: 1000 }),
      code('SESSION_OUTPUT_UNREADABLE'),
    );
  });

  it('keeps a secret out of the screen of an error', async () => {
    const { commandLine, box } = await walk({ ...root, commands: { key: ['HANG'] } }, profile);
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
