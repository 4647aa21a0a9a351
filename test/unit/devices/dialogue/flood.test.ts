/** Boxes that never stop: what they show must fill no memory, keep no worker busy, and be taken for nothing else. */
import assert from 'node:assert/strict';
import { CommandLine } from '../../../../devices/dialogue/command-line.ts';
import { recognise } from '../../../../devices/dialogue/recognise.ts';
import { Terminal } from '../../../../devices/dialogue/terminal.ts';
import { walkToGoal } from '../../../../devices/dialogue/walk.ts';
import { RunbookError } from '../../../../errors/index.ts';
import { tryExecFiles } from '../../../../devices/files/exec.ts';
import type { RootFiles } from '../../../../devices/files/root-files.ts';
import type { ByteStream, Connection } from '../../../../devices/transport/transport.ts';
import { quickProfile, rootAt, walk } from '../support/walking.ts';

/** Shows the same for ever. */
class EndlessBox implements ByteStream {
  readonly typed: string[] = [];
  shown = 0;
  isClosed = false;
  readonly #piece: Buffer;

  constructor(piece: string) {
    this.#piece = Buffer.from(piece);
  }

  onData(listener: (chunk: Buffer) => void): void {
    const show = (): void => {
      if (this.isClosed) return;
      listener(this.#piece);
      this.shown += this.#piece.length;
      setImmediate(show);
    };
    setImmediate(show);
  }

  onEnd(): void {
    // It never does.
  }

  write(data: string | Buffer): void {
    this.typed.push(data.toString());
  }

  close(): void {
    this.isClosed = true;
  }
}

const isUnreadable = (error: unknown): boolean =>
  error instanceof RunbookError && error.code === 'SESSION_OUTPUT_UNREADABLE';

describe('a box that never stops', function () {
  this.timeout(20_000);

  for (const [what, piece] of [
    ['lines', 'all work and no play\r\n'.repeat(400)],
    ['one line', 'x'.repeat(8000)],
    ['blanks', ' '.repeat(8000)],
  ] as const)
    it(`is left when it shows more and more before any prompt: ${what}`, async () => {
      const box = new EndlessBox(piece);
      const terminal = new Terminal(box, 'box', (text) => text);
      try {
        const { dialogue } = quickProfile('linux');
        dialogue.walkMs = 15_000;
        await assert.rejects(
          walkToGoal(terminal, { dialogue, secret: () => assert.fail('no secret') }),
          isUnreadable,
        );
        assert.deepEqual(box.typed, []);
        assert.ok(box.shown < 4 * 1024 * 1024, `${String(box.shown)} bytes were taken`);
      } finally {
        box.close();
      }
    });

  it('is left when it shows more and more at the prompt of a root shell', async () => {
    const box = new EndlessBox('all work and no play\r\n'.repeat(400));
    const profile = quickProfile('linux');
    profile.limits.outputBytes = 1024 * 1024;
    const line = new CommandLine(new Terminal(box, 'box', (text) => text), profile);
    await assert.rejects(line.setUp(), isUnreadable);
    assert.equal(box.typed.length, 1, 'the sum that only a shell works out, and nothing after it');
  });

  it('takes no endless line for a prompt', () => {
    const { dialogue } = quickProfile('linux');
    const prompt = (length: number): string => `root@${'x'.repeat(length)}# `;
    assert.equal(recognise(dialogue, prompt(20), '', undefined)?.kind, 'state');
    assert.equal(recognise(dialogue, prompt(100_000), '', undefined), undefined);
  });

  it('takes no endless line of a command for a question', async () => {
    const profile = quickProfile('linux', 5);
    const { commandLine, box } = await walk(rootAt('root@web:~# '), profile, {
      commands: { progress: [`HANG${'x'.repeat(20_000)}?`], asks: ['HANGGo on?'] },
    });
    const before = box.typed.length;
    await assert.rejects(
      commandLine.send('progress', { timeoutMs: 200 }),
      (error) => error instanceof RunbookError && error.code === 'SESSION_TIMEOUT',
    );
    assert.equal(box.typed.length, before + 1);
  });

  it('costs seconds when its exec channel takes a file and never answers', async () => {
    const patience: number[] = [];
    const root = {
      device: 'box',
      profile: quickProfile('linux'),
      withScratch: (use: (scratch: { folder: string }) => Promise<unknown>) => use({ folder: '/tmp/x' }),
      write: (files: Map<string, Buffer>, bring: (arriving: unknown[]) => Promise<void>) =>
        bring([...files].map(([to, content]) => ({ to, content }))),
    } as unknown as RootFiles;
    const connection = {
      exec: (_command: string, { timeoutMs }: { timeoutMs: number }) => {
        patience.push(timeoutMs);
        return Promise.reject(new RunbookError('SESSION_TIMEOUT', 'no answer'));
      },
    } as unknown as Connection;
    assert.equal(await tryExecFiles(root, connection), undefined);
    assert.ok(patience.length > 0 && Math.max(...patience) <= 10_000, `${String(patience)} ms`);
  });
});
