/** A walk that a person has answered at an unknown prompt: it goes on, and types nothing else that is not foreseen. */
import assert from 'node:assert/strict';
import { loadProfiles } from '../../../../devices/index.ts';
import { Terminal } from '../../../../devices/dialogue/terminal.ts';
import { Walk } from '../../../../devices/dialogue/walk.ts';
import type { Arrival } from '../../../../devices/session.ts';
import type { Typed } from '../../../../devices/standing.ts';
import { RunbookError } from '../../../../errors/index.ts';
import { cutAt } from './cuts.ts';
import { PlayedBox, secrets, type PlayOptions } from './played-box.ts';
import type { Step } from './transcript.ts';
import { VirtualClock } from '../../../../devices/dialogue/virtual-clock.ts';

const rest: Step[] = [
  { types: '\x15show version\r' },
  { shows: 'show version\nModel : Cisco Threat Defense\n', prompt: '> ' },
  { types: '\x15expert\r' },
  { shows: 'expert\n', prompt: 'admin@ftd:~$ ' },
  { types: 'sudo su -\r' },
  { shows: 'sudo su -\n', prompt: 'Password: ' },
  { types: { secret: 'sudoPassword', end: '\r' } },
  { shows: '\n', prompt: 'root@ftd:~# ' },
];
const profile = loadProfiles().profiles.get('cisco-ftd');
assert.ok(profile !== undefined);
const { dialogue } = profile;

/** Stops at an unknown prompt, is answered, and arrives. */
async function answered(
  steps: readonly Step[],
  typed: Typed | readonly Typed[],
  options: PlayOptions = {},
): Promise<{ box: PlayedBox; arrival: Arrival }> {
  const clock = new VirtualClock();
  const box = new PlayedBox({ steps: [...steps] }, { ...options, clock });
  const walk = new Walk(new Terminal(box, 'box', (text) => text, clock), {
    dialogue,
    secret: (kind) => Promise.resolve(secrets[kind]),
  });
  const isUnknown = (error: unknown): boolean =>
    error instanceof RunbookError && error.code === 'SESSION_PROMPT_UNKNOWN';
  const all = [typed].flat();
  await assert.rejects(clock.run(walk.run()), isUnknown);
  for (const one of all.slice(0, -1)) await assert.rejects(clock.run(walk.goOn(dialogue, one)), isUnknown);
  const arrival = await clock.run(walk.goOn(dialogue, all.at(-1)));
  assert.deepEqual(box.unexpected, []);
  assert.deepEqual(box.left, []);
  return { box, arrival };
}

const line = (text: string): Typed => ({ text, secret: false });

describe('a walk that is answered', function () {
  this.timeout(60_000);

  const atLogin: Step[] = [
    { shows: 'Welcome\n', prompt: 'Accept the new terms [y/N]: ' },
    { types: 'y\r' },
    { shows: 'y\nThank you\n', prompt: '> ' },
    ...rest,
  ];

  it('at login: goes on from what it recognises next, cut at every byte', async () => {
    for (let at = 1; at < 40; at += 1) {
      const { arrival } = await answered(atLogin, line('y\r'), { cut: cutAt(at) });
      assert.deepEqual(arrival.states, ['clish', 'expert', 'sudo-password', 'root']);
    }
  });

  it('a key without Enter: the box goes on in the line of its question', async () => {
    const steps: Step[] = [
      { prompt: 'Press any key to go on' },
      { types: ' ' },
      { shows: '', prompt: '\r\x1b[K> ' },
      ...rest,
    ];
    for (let at = 1; at < 12; at += 1) await answered(steps, line(' '), { cut: cutAt(at) });
  });

  it('before expert: what was typed there is typed again where the box wants it again', async () => {
    const [version, shown, expert, ...more] = rest as [Step, Step, Step, ...Step[]];
    await answered(
      [
        { prompt: '> ' },
        version,
        shown,
        expert,
        { shows: 'expert\n', prompt: 'Accept policy (agree/decline): ' },
        { types: 'agree\r' },
        { shows: 'agree\n', prompt: '> ' },
        expert,
        ...more,
      ],
      line('agree\r'),
    );
  });

  it('a second unknown prompt stops it again', async () => {
    await answered(
      [
        { prompt: 'Mode (1-3): ' },
        { types: '2\r' },
        { shows: '2\n', prompt: 'Sure (y/n): ' },
        { types: 'y\r' },
        { shows: 'y\n', prompt: '> ' },
        ...rest,
      ],
      [line('2\r'), line('y\r')],
    );
  });

  it('types the password of sudo no second time, whatever a person has answered after it', async () => {
    const steps: Step[] = [
      { prompt: 'admin@ftd:~$ ' },
      { types: 'sudo su -\r' },
      { shows: 'sudo su -\n', prompt: 'Password: ' },
      { types: { secret: 'sudoPassword', end: '\r' } },
      { shows: '\n', prompt: 'Reason for becoming root (text): ' },
      { types: 'change\r' },
      { shows: 'change\n', prompt: 'Password: ' },
    ];
    await assert.rejects(
      answered(steps, line('change\r')),
      (error) => error instanceof RunbookError && error.code === 'SESSION_SUDO_REFUSED',
    );
  });

  it('goes on without an answer once the dialogue knows the prompt; the one of before does not', async () => {
    const clock = new VirtualClock();
    const box = new PlayedBox({ steps: atLogin }, { clock });
    const walk = new Walk(new Terminal(box, 'box', (text) => text, clock), {
      dialogue,
      secret: (kind) => Promise.resolve(secrets[kind]),
    });
    await assert.rejects(clock.run(walk.run()));
    assert.equal(walk.isKnownTo(dialogue), false);
    const taught = structuredClone(dialogue);
    taught.states['terms'] = { prompt: '^Accept the new terms \\[y/N\\]: ?$' };
    taught.moves['terms'] = {
      ...{ from: 'terms', send: 'y', to: ['clish'], end: '\r', settleMs: 0, mayHang: false },
    };
    assert.equal(walk.isKnownTo(taught), true);
    const arrival = await clock.run(walk.goOn(taught));
    assert.deepEqual(arrival.states, ['terms', 'clish', 'expert', 'sudo-password', 'root']);
    assert.deepEqual(box.unexpected, []);
  });
});
