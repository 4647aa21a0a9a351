import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { makeRecording, type KnownSecret, type Recording } from '../../../../devices/index.ts';
import { readingsOf } from '../../../../devices/recording/readings.ts';
import type { LoggedEvent } from '../../../../devices/recording/session-log.ts';

const password = 'Lab-Passw0rd!';
const secrets: KnownSecret[] = [
  { text: password, name: 'password' },
  { text: 'Sud0 & more', name: 'sudoPassword' },
];
const common = {
  box: 'ftd01',
  family: 'cisco-ftd',
  terminal: { columns: 80, rows: 24, term: 'vt100' },
  secrets,
} as const;

/** A session in which the box says these texts, each in one piece. */
function walked(
  texts: readonly (string | Buffer)[],
  options: Partial<Parameters<typeof makeRecording>[1]> = {},
): Recording {
  const events = texts.map((text, index): LoggedEvent => ({ at: index, shown: Buffer.from(text) }));
  return makeRecording(events, { ...common, by: 'walk', ...options });
}

const shown = ({ events }: Recording): string => events.map(({ shows = '' }) => shows).join('');

/** What a person who looks hard at a text can read, without any line end or blank. */
function readable(text: string): string {
  const { stream, screen, raw, dense } = readingsOf(text);
  return [stream, screen, raw, dense, { text: plain(text) }]
    .map((reading) => reading.text.replace(/\s/g, ''))
    .join('\n');
}

/** With other eyes than those of the program: no colours, no bells, what was erased erased. */
function plain(text: string): string {
  let left = text.replace(/\x1b\[[\d;]*[A-Za-z]/g, '');
  while (/[^\b]\x08/.test(left)) left = left.replace(/[^\b]\x08/g, '');
  return left.replace(/[\x00-\x1f]/g, '');
}

function assertHidden(recording: Recording, secret = password): void {
  assert.ok(!readable(shown(recording)).includes(secret.replace(/\s/g, '')), shown(recording));
}

describe('a recording', () => {
  for (const [how, text] of [
    ['in the middle of a line', `the password is ${password}, he said\r\n`],
    ['with colours within it', `\x1b[31mLab-\x1b[1;32mPassw\x1b[0m0rd!\x1b[K\r\n`],
    ['wrapped at the width of the terminal', `xxx Lab-Pass\r\nw0rd!\r\n`],
    ['wrapped by a line editor', `xxx Lab-Pass \rw0rd!\r\n`],
    ['with a letter put right', `Lab-Pasx\bsw0rd!\r\n`],
    ['with bells and NULs between', `Lab\x07-Pass\x00w0rd!\r\n`],
    ['written over something else', `...-Passw0rd!\rLab\r\n`],
    ['with the cursor moved back', `Lab-Passw0XX!\x1b[3Drd!\r\n`],
    ['in the title of a window', `\x1b]0;mysql -p${password}\x07`],
    ['in base64', `Authorization: Basic ${Buffer.from(password).toString('base64')}\r\n`],
    ['in an address', `https://u:${encodeURIComponent(password)}@box/\r\n`],
    ['quoted for a shell', `echo Lab-Passw0rd\\!\r\n`],
  ] as const) {
    it(`hides a known secret ${how}`, () => {
      const recording = walked([text]);
      assertHidden(recording);
      for (const form of [Buffer.from(password).toString('base64'), encodeURIComponent(password), 'Passw0rd'])
        assert.ok(!readable(shown(recording)).includes(form), shown(recording));
      assert.ok(recording.masked.length > 0);
    });
  }

  it('hides a known secret wherever the stream is cut, also within a letter of several bytes', () => {
    const secret = 'Pässwört-ünd-mehr';
    const text = Buffer.from(
      `\x1b[1mx ${secret}\x1b[0m, and again ${secret.slice(0, 5)}\x1b[7m${secret.slice(5)}\r\n> `,
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }), (sizes) => {
        const pieces: Buffer[] = [];
        for (let at = 0, turn = 0; at < text.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          pieces.push(text.subarray(at, at + size));
          at += size;
        }
        const recording = walked(pieces, { secrets: [{ text: secret }] });
        assertHidden(recording, secret);
        assert.ok(shown(recording).endsWith('\r\n> '));
      }),
    );
  });

  it('hides a known secret with anything between its letters that a person does not see', () => {
    const between = fc.constantFrom(
      '',
      '',
      '\x1b[1m',
      '\x1b[0;37;41m',
      '\r\n',
      ' \r',
      '\x07',
      '\x00',
      'q\b',
      '\x1b]0;t\x07',
    );
    fc.assert(
      fc.property(
        fc.array(between, { minLength: password.length, maxLength: password.length }),
        fc.nat(200),
        (noise, cut) => {
          const text = `before ${[...noise.entries()].map(([index, one]) => (password[index] ?? '') + one).join('')} after\r\n> `;
          const recording = walked([text.slice(0, cut), text.slice(cut)]);
          // A letter that a line end follows is on the screen to stay.
          if (/q\x08(?:\x1b\[[\d;]*m|\x07|\x00)*(?:\r\n| \r)/.test(text)) return;
          assertHidden(recording);
          assert.ok(recording.masked.length > 0);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('leaves the borders of the pieces and everything else as they came', () => {
    const texts = ['\x1bE\x1b[J\x07> ', 'show vers', 'ion\r\n', 'Ünicode ✓\r\n', '> '];
    assert.deepEqual(
      walked(texts).events.map(({ shows }) => shows),
      texts,
    );
  });

  const key = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const pem = key.privateKey;
  const body = pem.split('\n').slice(1, -2);
  const wrapped = pem.replace(/\n/g, '').replace(/.{50}/g, '$&\r\n');
  for (const [how, text] of [
    ['a whole block', `cat key.pem\r\n${pem.replace(/\n/g, '\r\n')}root@ftd:~# `],
    ['a block broken at another width, head and all', `${wrapped}\r\nroot@ftd:~# `],
    [
      'a block whose end was never shown',
      `head -5 key.pem\r\n${pem.split('\n').slice(0, 5).join('\r\n')}\r\nroot@ftd:~# `,
    ],
    ['the middle of a file', `sed 1,3d key.pem\r\n${body.slice(2).join('\r\n')}\r\nroot@ftd:~# `],
    [
      'a block behind a pager',
      `${pem.split('\n').slice(0, 4).join('\r\n')}\r\n--More--\r        \r${pem.split('\n').slice(4).join('\r\n')}root@ftd:~# `,
    ],
    [
      'a file in base64',
      `${Buffer.from(pem).toString('base64').replace(/.{76}/g, '$&\r\n')}\r\nroot@ftd:~# `,
    ],
    ['a block as JSON', `{"key":"${pem.replace(/\n/g, '\\n')}"}\r\nroot@ftd:~# `],
  ] as const) {
    it(`shows no private key: ${how}`, () => {
      const recording = walked([text.slice(0, 700), text.slice(700)]);
      const left = readable(shown(recording));
      for (const line of body) assert.ok(!left.includes(line.slice(0, 40)), shown(recording));
      assert.ok(!/BEGIN[A-Z ]*PRIVATE/.test(left));
      assert.ok(!left.includes(Buffer.from(pem).toString('base64').slice(80, 120)));
      assert.match(shown(recording), /root@ftd:~# $/);
    });
  }

  it('takes no long time over what is long', () => {
    const one = Buffer.alloc(100_000, 'Qm9vbSBib29t').toString();
    const lines = `${'a line of words, of no meaning: 7.\r\n'.repeat(5_000)}${one}@\r\n${one}\r\n`;
    assert.equal(shown(walked([lines])).split(one).length, 2);
  });

  it('shows certificates and public keys: they are no secret', () => {
    const text = key.publicKey.replace(/\n/g, '\r\n');
    assert.equal(shown(walked([text])), text);
  });

  for (const [what, text, hidden] of [
    ['a hash of /etc/shadow', 'root:$6$saltsalt$9aB.cD/eF12345678:19000:0\r\n', '9aB.cD'],
    ['a key of a cloud', 'AKIAIOSFODNN7EXAMPLE\r\n', 'AKIAIOSFODNN7EXAMPLE'],
    ['a value named password', 'db_password = "hunter22"\r\n', 'hunter22'],
    ['a community', 'snmp-server community s3cr3tly\r\n', 's3cr3tly'],
    ['a password of a configuration', 'enable password 8Ry2YjIyt7RRXU24 encrypted\r\n', '8Ry2YjIyt7RRXU24'],
  ] as const) {
    it(`hides what looks like ${what}`, () => assert.ok(!shown(walked([text])).includes(hidden)));
  }

  it('takes no prompt and no message for a secret', () => {
    const text =
      'Password: \r\nYou must change your password now\r\n[sudo] password for admin: \r\nadmin@fmc:~$ ';
    assert.equal(shown(walked([text])), text);
  });

  it('replaces names and addresses, the same one always by the same', () => {
    const texts = [
      'Last login from 10.1.2.3 on pts/0\r\nfmc01.example.com FMC01 fe80::1:2 version 7.2.5.208\r\n',
      'aa3dad10-5a9c-40f5-9392-b5111b34357f 10.1.2.',
      '3 10.1.2.4 127.0.0.1\r\nadmin@hidden-host:~$ ',
    ];
    const events = [
      ...texts.map((text, at): LoggedEvent => ({ at, shown: Buffer.from(text) })),
      { at: 9, typed: 'ssh hidden-host 10.1.2.4\r' },
    ];
    const recording = makeRecording(events, {
      ...common,
      by: 'walk',
      box: 'fmc01',
      anonymise: ['fmc01', '10.1.2.3'],
    });
    assert.equal(
      shown(recording),
      'Last login from 192.0.2.1 on pts/0\r\nbox-1 box-1 2001:db8::1 version 7.2.5.208\r\n' +
        '00000000-0000-4000-8000-000000000001 192.0.2.1 192.0.2.2 127.0.0.1\r\nadmin@box-2:~$ ',
    );
    assert.equal(recording.events.at(-1)?.types, 'ssh box-2 192.0.2.2\r');
    assert.equal(recording.box, 'box-1');
  });
});
