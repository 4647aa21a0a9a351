import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RunbookError } from '../../../errors/index.ts';
import { dialogues, refusals } from './support/dialogues.ts';
import type { ScriptedBox } from './support/scripted-box.ts';
import { cutAt, quickProfile, sudoPassword, walk } from './support/walking.ts';

describe('walkToGoal', function () {
  this.timeout(60_000);
  const profile = quickProfile('cisco-firepower');

  for (const { name, script, states } of dialogues) {
    it(`finds its way: ${name}`, async () => {
      const { arrival, box } = await walk(script, profile);

      assert.deepEqual(arrival.states, states);
      assert.deepEqual(box.unexpected, []);
    });

    it(`finds its way, cut at every byte: ${name}`, async () => {
      const longest = Math.max(
        ...[script.opening, ...script.exchanges.map((one) => one.answer)].map((text) => text.length),
      );
      const positions = [...Array(longest + 1).keys()];

      await Promise.all(
        positions.map(async (position) => {
          const { arrival, box } = await walk({ ...script, cut: cutAt(position) }, profile);
          assert.deepEqual(arrival.states, states, `cut at ${position}`);
          assert.deepEqual(box.unexpected, [], `cut at ${position}`);
        }),
      );
    });
  }

  it('finds its way with random chunk borders', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...dialogues),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
        async (one, sizes) => {
          const { arrival } = await walk({ ...one.script, cut: cutInto(sizes) }, profile);
          assert.deepEqual(arrival.states, one.states);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('keeps what the box said on the way', async () => {
    const [ftd] = dialogues;
    assert.ok(ftd);

    const { arrival } = await walk(ftd.script, profile);

    assert.match(arrival.banner, /Cisco Firepower 2110 Threat Defense v6\.8\.0/);
    assert.match(arrival.asked['version'] ?? '', /UUID +: f3e41ab6/);
    assert.doesNotMatch(arrival.asked['version'] ?? '', /^show version|^> /m);
  });

  it('puts the pages of a paged answer together', async () => {
    const paged = dialogues.find((one) => one.name.startsWith('pager'));
    assert.ok(paged);

    const { arrival } = await walk(paged.script, profile);

    assert.equal(
      arrival.asked['version'],
      '---[ ftd ]---\nModel : Cisco Threat Defense (77) Version 7.0.1 (Build 84)\nUUID : f3e41ab6-1f45-11eb-a882-908013e15134\n\n',
    );
  });

  for (const { name, script, code, typed } of refusals) {
    it(`stops with ${code} and types nothing more: ${name}`, async () => {
      const error = await fails(walk(script, profile));

      assert.equal(error.code, code);
      assert.deepEqual(error.box.typed, typed);
      await new Promise((resolve) => setTimeout(resolve, 30));
      assert.deepEqual(error.box.typed, typed);
    });
  }

  it('never shows the sudo password', async () => {
    const error = await fails(
      walk(
        {
          opening: 'admin@fmc:~$ ',
          exchanges: [
            { typed: 'sudo su -', answer: 'sudo su -\r\nPassword: ' },
            { typed: sudoPassword, answer: `${sudoPassword}\r\nSomething odd? ` },
          ],
        },
        profile,
      ),
    );

    assert.match(error.context.screen ?? '', /Something odd/);
    assert.ok(!JSON.stringify([error.message, error.context]).includes(sudoPassword));
  });

  it('gives up at once when the signal is aborted', async () => {
    const reason = new Error('cancelled');
    const { walkToGoal } = await import('../../../devices/dialogue/walk.ts');
    const { Terminal } = await import('../../../devices/dialogue/terminal.ts');
    const { ScriptedBox } = await import('./support/scripted-box.ts');
    const terminal = new Terminal(
      new ScriptedBox({ opening: 'no prompt', exchanges: [] }),
      'box',
      (text) => text,
    );

    await assert.rejects(
      walkToGoal(terminal, {
        dialogue: profile.dialogue,
        secret: () => Promise.resolve(''),
        signal: AbortSignal.abort(reason),
      }),
      (error) => error === reason,
    );
  });
});

function cutInto(sizes: readonly number[]): (text: string) => readonly string[] {
  return (text) => {
    const pieces: string[] = [];
    for (let at = 0, turn = 0; at < text.length; turn++) {
      const size = sizes[turn % sizes.length] ?? 1;
      pieces.push(text.slice(at, at + size));
      at += size;
    }
    return pieces;
  };
}

async function fails(walking: Promise<unknown>): Promise<RunbookError & { box: ScriptedBox }> {
  try {
    await walking;
  } catch (error) {
    assert.ok(error instanceof RunbookError, String(error));
    return error as RunbookError & { box: ScriptedBox };
  }
  throw new assert.AssertionError({ message: 'the walk did not stop' });
}
