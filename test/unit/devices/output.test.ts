import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TerminalText } from '../../../devices/output.ts';

function shown(...chunks: (string | Buffer)[]): string {
  const text = new TerminalText();
  for (const chunk of chunks) text.feed(chunk);
  return text.text;
}

describe('TerminalText', () => {
  const cases: readonly (readonly [name: string, raw: string, plain: string])[] = [
    ['colours', '\x1b[01;32mroot\x1b[00m:\x1b[1;34m~\x1b[0m# ', 'root:~# '],
    ['bell and next-line before a prompt', 'a\r\n\x1bE\x1b[J\x07> ', 'a\n\n> '],
    ['question for the size of the terminal', '\x1b[18tadmin@fmc:~$ ', 'admin@fmc:~$ '],
    ['title of the window', '\x1b]0;admin@fmc: ~\x07$ ', '$ '],
    ['bracketed paste', '\x1b[?2004h# ', '# '],
    ['CR LF, CR CR LF', 'a\r\nb\r\r\nc', 'a\nb\nc'],
    ['pager erased with backspaces', '--More--\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\bnext', 'next    '],
    ['pager erased with a carriage return', '<--- More --->\r              \rnext', 'next          '],
    ['wrap at the margin of a line editor', 'root@fmc:~#  \r \r', 'root@fmc:~#  '],
    ['progress on one line', '10%\r50%\r100%\n', '100%\n'],
    ['blank and tab over what stood there', 'aaa\r \t', ' \ta'],
    ['tabs and UTF-8', 'a\tb é 漢\n', 'a\tb é 漢\n'],
    ['character set switches', '\x1b(Bx\x1b)0y\x0f', 'xy'],
  ];

  for (const [name, raw, plain] of cases) {
    it(`shows plain text: ${name}`, () => {
      assert.equal(shown(raw), plain);
    });

    it(`shows the same, cut at every byte: ${name}`, () => {
      const bytes = Buffer.from(raw);
      for (let at = 0; at <= bytes.length; at++)
        assert.equal(shown(bytes.subarray(0, at), bytes.subarray(at)), plain, `cut at ${at}`);
    });
  }

  it('shows the same whatever the chunks are', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(
            'a',
            '\r',
            '\n',
            '\b',
            ' ',
            '\x1b',
            '[',
            'K',
            'E',
            ']',
            '0',
            ';',
            '\x07',
            'é',
            '\t',
          ),
        }),
        fc.array(fc.nat(20)),
        (raw, sizes) => {
          const bytes = Buffer.from(raw);
          const chunks: Buffer[] = [];
          let at = 0;
          for (const size of sizes) {
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          assert.equal(shown(...chunks, bytes.subarray(at)), shown(bytes));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
