import assert from 'node:assert/strict';
import { foundOpen, wayBack } from '../../../../devices/dialogue/way-back.ts';
import { Terminal } from '../../../../devices/dialogue/terminal.ts';
import { quickProfile } from '../support/walking.ts';

const { dialogue } = quickProfile('cisco-ftd', 40);

/** A terminal whose box answers each line that is typed with the next text; what was typed is kept. */
function terminalThat(answers: readonly string[]): { terminal: Terminal; typed: string[] } {
  const typed: string[] = [];
  const left = [...answers];
  let show: (chunk: Buffer) => void = () => undefined;
  const terminal = new Terminal(
    {
      onData: (heard) => (show = heard),
      onEnd: () => undefined,
      write: (text) => {
        typed.push(String(text));
        const answer = left.shift();
        if (answer !== undefined) setImmediate(() => show(Buffer.from(answer)));
      },
      close: () => undefined,
    },
    'ftd',
    (text) => text,
  );
  return { terminal, typed };
}

describe('the way back from a root shell', () => {
  const inside = ['clish', 'expert', 'sudo-password', 'root'];

  it('is one line where the end of the connection ends everything', async () => {
    const { terminal, typed } = terminalThat(['\r\nlogout\r\nadmin@ftd:~$ ']);
    await wayBack(terminal, dialogue, inside);
    assert.deepEqual(typed, [' stty echo; exit\r']);
  });

  it('leads out of a console state by state, to where it was found', async () => {
    const { terminal, typed } = terminalThat([
      '\r\nlogout\r\nadmin@ftd:~$ ',
      '\r\nlogout\r\n\x1bE\x1b[J\x07> ',
      '\r\nFirepower-module1>',
    ]);
    await wayBack(terminal, dialogue, ['fxos', 'console-banner', 'module', ...inside]);
    assert.deepEqual(typed, [' stty echo; exit\r', 'exit\r', '\x15exit\r']);
  });

  it('stops at a prompt that was not on the way in, and at one that nobody knows', async () => {
    for (const prompt of ['\r\nlogout\r\nFirepower-module1>', '\r\nlogout\r\nReally leave? ']) {
      const { terminal, typed } = terminalThat([prompt]);
      await wayBack(terminal, dialogue, ['fxos', 'console-banner', 'root']);
      assert.equal(typed.length, 1);
    }
  });

  it('knows in which state a terminal was found', () => {
    assert.equal(foundOpen(dialogue, inside), undefined);
    assert.equal(foundOpen(dialogue, ['fxos', 'module', ...inside]), 'module');
    assert.equal(foundOpen(dialogue, ['fxos', 'console-banner', 'expert', 'root']), 'expert');
  });
});
