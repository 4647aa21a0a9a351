import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { makeRecording, type Recording } from '../../../../devices/index.ts';
import type { LoggedEvent } from '../../../../devices/recording/session-log.ts';

/** `<` the box says, `>` a person types, key by key. */
function session(...told: string[]): LoggedEvent[] {
  let at = 0;
  return told.flatMap((one): LoggedEvent[] => {
    const text = one.slice(1);
    if (one.startsWith('<')) return [{ at: (at += 10), shown: Buffer.from(text) }];
    return Array.from(text).map((key) => ({ at: (at += 10), typed: key }));
  });
}

/** A line whose keys are shown one by one as they are typed. */
const echoed = (line: string): string[] => Array.from(line).flatMap((key) => [`>${key}`, `<${key}`]);

function record(events: readonly LoggedEvent[]): Recording {
  return makeRecording(events, {
    by: 'hand',
    box: 'ftd01',
    family: 'cisco-ftd',
    terminal: { columns: 80, rows: 24, term: 'xterm' },
    secrets: [{ text: 'Lab-Passw0rd!', name: 'sudoPassword' }],
  });
}

const typed = ({ events }: Recording): unknown[] => events.flatMap(({ types }) => types ?? []);
const text = ({ events }: Recording): string => JSON.stringify(events);

describe('a recording by hand', () => {
  it('holds lines as they were shown, the echo as one piece behind them, and the answer with its borders', () => {
    const recording = record(session('<> ', ...echoed('expert'), '>\r', '<\r\n', '<admin@ftd:~$ '));
    assert.deepEqual(
      recording.events.map(({ shows, types }) => shows ?? types),
      ['> ', 'expert\r', 'expert', '\r\n', 'admin@ftd:~$ '],
    );
  });

  it('never holds what was typed while nothing was shown, and names it where it is known', () => {
    const recording = record(
      session(
        '<admin@ftd:~$ ',
        ...echoed('sudo su -'),
        '>\r',
        '<\r\nPassword: ',
        '>Lab-Passw0rd!\r',
        '<\r\nroot@ftd:~# ',
      ),
    );
    assert.deepEqual(typed(recording), ['sudo su -\r', { secret: 'sudoPassword', end: '\r' }]);
    assert.ok(!text(recording).includes('Passw0rd'));
  });

  it('never holds what was typed at a prompt for a password, even where the box shows it', () => {
    const recording = record(
      session('<Enter new password: ', ...echoed('Wint3r!'), '>\r', '<\r\nagain: Wint3r!\r\n> '),
    );
    assert.deepEqual(typed(recording), [{ secret: 'unknown', end: '\r' }]);
    assert.ok(!text(recording).includes('Wint3r'), text(recording));
  });

  it('takes stars for no echo, and a word in the next output neither', () => {
    const stars = record(
      session('<Key: ', ...Array.from('abcd').flatMap((key) => [`>${key}`, '<*']), '>\r', '<\r\n> '),
    );
    assert.deepEqual(typed(stars), [{ secret: 'unknown', end: '\r' }]);
    const root = record(session('<Enter it> ', '>root\r', '<\r\nroot@ftd:~# '));
    assert.deepEqual(typed(root), [{ secret: 'unknown', end: '\r' }]);
  });

  it('never holds a secret of which letters were erased', () => {
    const recording = record(session('<Password: ', '>Wint4\x7f3r-2026\r', '<\r\nWint3r-2026? no.\r\n> '));
    assert.ok(!text(recording).includes('Wint3r-2026'), text(recording));
  });

  it('never holds a secret whose first letters were typed before the box asked', () => {
    const recording = record(
      session(
        '<$ ',
        ...echoed('ask'),
        '>\r',
        '>to',
        '<\r\nCode? ',
        '>psecret9\r',
        '<\r\nyou said topsecret9\r\n$ ',
      ),
    );
    assert.ok(!/topsecret9|to\*/.test(text(recording)), text(recording));
  });

  it('never holds a private key that a person pastes', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trimEnd().split('\n');
    const recording = record(
      session(
        '<root@ftd:~# ',
        ...echoed('cat > k.pem'),
        '>\r',
        '<\r\n',
        ...pem.flatMap((line) => [...echoed(line), '>\r', '<\r\n']),
        '>\x04',
        '<root@ftd:~# ',
        ...echoed('ls'),
        '>\r',
        '<\r\nk.pem\r\nroot@ftd:~# ',
      ),
    );
    for (const line of pem.slice(1, -1)) assert.ok(!text(recording).includes(line), text(recording));
    const lines = typed(recording);
    assert.equal(lines[0], 'cat > k.pem\r');
    assert.equal(lines.at(-1), 'ls\r');
    assert.ok(
      lines.some((line) => String(line).startsWith('(a private key')),
      JSON.stringify(lines),
    );
  });

  it('holds a completed line as the box completed it', () => {
    const recording = record(
      session(
        '<> ',
        ...echoed('sho'),
        '>\t',
        '<w ',
        ...echoed('ver'),
        '>\t',
        '<sion ',
        '>\r',
        '<\r\nModel\r\n> ',
      ),
    );
    assert.deepEqual(typed(recording), ['show version\r']);
  });

  it('holds keys without an Enter, and an interrupt', () => {
    const recording = record(
      session(
        '<1\r\n--More--',
        '> ',
        '<\r        \r2\r\n--More--',
        '>q',
        '<\r        \r\r\n> ',
        ...echoed('tail'),
        '>\x03',
        '<^C\r\n> ',
      ),
    );
    assert.deepEqual(typed(recording), [' ', 'q', 'tail\x03']);
  });

  it('holds lines that were typed ahead, as far as they were shown again', () => {
    const recording = record([
      { at: 1, shown: Buffer.from('$ ') },
      { at: 2, typed: 'date\rid -u\rhidden-one\r' },
      { at: 3, shown: Buffer.from('date\r\nTue\r\n$ id -u\r\n0\r\n$ ') },
    ]);
    assert.deepEqual(typed(recording), ['date\r', 'id -u\r', { secret: 'unknown', end: '\r' }]);
  });

  it('reads a line that is wrapped', () => {
    const line = `echo ${'x-'.repeat(50)}`;
    const recording = record([
      { at: 1, shown: Buffer.from('$ ') },
      ...Array.from(line).flatMap((key, index): LoggedEvent[] => [
        { at: 2, typed: key },
        { at: 2, shown: Buffer.from(index === 77 ? `${key} \r` : key) },
      ]),
      { at: 3, typed: '\r' },
      { at: 4, shown: Buffer.from('\r\n$ ') },
    ]);
    assert.deepEqual(typed(recording), [`${line}\r`]);
  });
});
