import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLab, type Lab } from '../../lab/index.ts';
import { labTruth } from '../../lab/control/truth.ts';
import { loginTo, type Terminal } from './terminal.ts';

/** A session in which one command was typed twice, with two answers, and a root shell was proven. */
const recording = `
recording: 1
box: ftd-branch
by: hand
events:
  - { at: 0, shows: "Welcome\\r\\n" }
  - { at: 5, shows: "> " }
  - { at: 100, types: "show time\\r" }
  - { at: 105, shows: "show time\\r\\nearly\\r\\n> " }
  - { at: 200, types: "show time\\r" }
  - { at: 205, shows: "show time\\r\\nlate\\r\\n> " }
  - { at: 300, types: "expert\\r" }
  - { at: 301, shows: "expert\\r\\n" }
  - { at: 310, shows: "admin@ftd:~$ " }
  - { at: 400, types: "sudo su -\\r" }
  - { at: 405, shows: "sudo su -\\r\\nPassword: " }
  - { at: 500, types: { secret: unknown, end: "\\r" } }
  - { at: 505, shows: "\\r\\nroot@ftd:~# " }
  - { at: 600, types: " echo $((1000+234))\\r" }
  - { at: 605, shows: "12" }
  - { at: 606, shows: "34\\r\\nroot@ftd:~# " }
  - { at: 700, types: " rb_0123456789ab 5 'mysql -p********'\\r" }
  - { at: 705, shows: "\\r\\n@0123456789" }
  - { at: 706, shows: "ab<5\\r\\n5 of 5\\r\\n@0123456789ab>5:0\\r\\n" }
  - { at: 800, types: "exit\\r" }
  - { at: 805, closes: true }
`;

describe('lab: a box that is a recording', () => {
  let lab: Lab;
  let dir: string;
  let t: Terminal;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lab-'));
    const file = join(dir, 'branch.yaml');
    await writeFile(file, recording);
    lab = await startLab({ dir, devices: 0, recorded: [{ file }, { file, name: 'ftd-other' }] });
  });
  beforeEach(async () => {
    const box = lab.recorded[0];
    assert.ok(box);
    t = await loginTo(box.address, box.port, box.settings.user, box.settings.password);
    await t.until(/Welcome\r\n> $/);
  });
  afterEach(() => t.close());
  after(async () => {
    await lab.stop();
    await rm(dir, { recursive: true });
  });

  const inVain = (): string[] =>
    (labTruth(lab).recorded[0]?.inVain ?? []).map(({ prompt, typed }) => `${prompt} ${typed}`);

  async function toRoot(): Promise<void> {
    t.type('expert\r');
    await t.until(/\$ $/);
    t.type('sudo su -\r');
    await t.until(/Password: $/);
    t.type(`${lab.settings.password}\r`);
    await t.until(/root@ftd:~# $/);
  }

  it('stands in the inventory, with its host key', async () => {
    assert.match(
      await readFile(join(dir, 'devices.csv'), 'utf8'),
      /^ftd-branch,127[\d.]+,admin,.*\nftd-other,/m,
    );
    assert.equal((await readFile(join(dir, 'known_hosts'), 'utf8')).trim().split('\n').length, 3);
  });

  it('answers in the order of the recording, and again from its start', async () => {
    for (const answer of ['early', 'late', 'early']) {
      t.type('\x15show time\r');
      await t.until(new RegExp(`${answer}\r\n> $`));
    }
  });

  it('answers what was typed later at the same prompt, typed key by key', async () => {
    for (const key of 'expert\r') t.type(key);
    await t.until(/expert\r\nadmin@ftd:~\$ $/);
  });

  it('says nothing to what the recording does not know, and notes it', async () => {
    const before = inVain().length;
    t.type('show nonsense\r');
    t.type('show time\r');
    await t.until(/early\r\n> $/);
    t.type('sudo su -\r');
    t.type('expert\r');
    await t.until(/\$ $/);
    assert.deepEqual(inVain().slice(before), ['> show nonsense\r', '> sudo su -\r']);
  });

  it('takes the password of the lab where a secret was typed, and shows no other one', async () => {
    t.type('expert\r');
    await t.until(/\$ $/);
    t.type('sudo su -\r');
    await t.until(/Password: $/);
    t.type('another\r');
    t.type(`${lab.settings.password}\r`);
    await t.until(/root@ftd:~# $/);
    assert.equal(inVain().at(-1), 'Password: (another password than the lab has)');
  });

  it('puts the sum, the mark and the number of now where those of then stood, across any border', async () => {
    await toRoot();
    t.type(' echo $((40+2))\r');
    await t.until(/42\r\nroot@ftd:~# $/);
    t.type(" rb_fedcba987654 17 'mysql -psecret'\r");
    await t.until(/\r\n@fedcba987654<17\r\n5 of 5\r\n@fedcba987654>17:0\r\n$/);
    t.type('exit\r');
    await t.ended();
  });

  it('ends, and says so, where a program would wait for a command that the recording does not have', async () => {
    await toRoot();
    t.type(" rb_fedcba987654 3 'df -Pk /var'\r");
    await t.until(/The recording ends here: no answer to rb_fedcba987654 3 'df -Pk \/var'\r\n/);
    await t.ended();
    assert.match(inVain().at(-1) ?? '', /df -Pk/);
  });
});
