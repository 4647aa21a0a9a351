import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLab, type Lab } from '../../lab/index.ts';
import { SecretSearch } from '../support/secrets.ts';

const bin = fileURLToPath(new URL('../../cli/bin.js', import.meta.url));
const password = `Lab & "Päss-w0rd's!`;

interface Session {
  /** Waits until it has shown this; returns what was shown until then. */
  until(pattern: RegExp): Promise<string>;
  type(keys: string): void;
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

describe('recordings of sessions', function () {
  this.timeout(90_000);
  let lab: Lab;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'recordings-'));
    lab = await startLab({
      dir: path.join(folder, 'lab'),
      password,
      ftds: [
        { name: 'ftd01' },
        {
          name: 'ftd-branch',
          variant: { unknownPrompt: { at: 'expert', text: 'Accept site policy (agree/decline): ' } },
        },
      ],
    });
  });
  after(async () => {
    await lab.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function runbook(...words: string[]): Session {
    const child = spawn(process.execPath, [bin, ...words], {
      cwd: folder,
      env: { ...process.env, RUNBOOK_HOME: path.join(folder, 'home'), NO_COLOR: '1' },
    });
    let [stdout, stderr, seen] = ['', '', 0];
    child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
    const closed = once(child, 'close') as Promise<[number | null]>;
    return {
      type: (keys) => void child.stdin.write(keys),
      async until(pattern) {
        for (const until = Date.now() + 30_000; ;) {
          const found = pattern.exec(stdout.slice(seen));
          if (found !== null) {
            const from = seen;
            seen += found.index + found[0].length;
            return stdout.slice(from, seen);
          }
          if (child.exitCode !== null || Date.now() > until)
            throw new Error(`${String(pattern)} was not shown: ${stdout.slice(-500)} ${stderr}`);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
      ended: closed.then(([code]) => ({ code, stdout, stderr })),
    };
  }

  const at = (name: string): string[] => [
    ...['--device', name, '--inventory', path.join(folder, 'lab', 'devices.csv')],
    ...['--known-hosts', path.join(folder, 'lab', 'known_hosts')],
  ];

  it('holds no password and no key, whatever a person lets the box show, and however it shows it', async () => {
    const box = lab.box('ftd01');
    assert.ok(box);
    const key = `/var/sf/peers/${lab.fmc.identity.uuid}/sftunnel-key.pem`;
    const pem = box.tree.text(key) ?? '';
    box.tree.put(
      '/root/awkward',
      [
        `plain ${password}`,
        `\x1b[31m${password.slice(0, 5)}\x1b[0m${password.slice(5)}`,
        `wrapped ${password.slice(0, 9)}\r\n${password.slice(9)}`,
        `${password.slice(0, 4)}X\b${password.slice(4)}`,
        `https://admin:${encodeURIComponent(password)}@box/`,
        `Authorization: Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
        JSON.stringify({ password, key: pem }),
        pem.replace(/\n/g, '').replace(/.{61}/g, '$&\n'),
        'root:$6$abcdefgh$Zx9Zx9Zx9Zx9Zx9Zx9Zx9:19000:0:99999:7:::',
      ].join('\n'),
    );
    const session = runbook('lab', 'record', '--by-hand', '--out', 'by-hand.yaml', ...at('ftd01'));
    const line = async (typed: string, prompt: RegExp): Promise<string> => {
      session.type(`${typed}\r`);
      return session.until(prompt);
    };
    await session.until(/> $/);
    await line('expert', /\$ $/);
    await line('sudo su -', /Password: $/);
    await line(password, /root@[\w-]+:~# $/);
    const awkward = await line('cat awkward', /# $/);
    await line(`cat ${key}`, /END[^\n]*\n[^\n]*# $/);
    await line(`head -7 ${key}`, /# $/);
    await line(`tail -9 ${key} | head -4`, /# $/);
    await line(`base64 ${key}`, /# $/);
    await line(`echo typed '${password.replaceAll("'", `'\\''`)}'`, /# $/);
    session.type('\x1d');
    const { code, stderr } = await session.ended;
    assert.equal(code, 0, stderr);

    const file = path.join(folder, 'by-hand.yaml');
    const text = await readFile(file, 'utf8');
    const search = new SecretSearch();
    search.password('password', password);
    search.privateKey('key', pem);
    assert.deepEqual(new Set(search.in(awkward)).has('password (plain)'), true, 'the box has shown it');
    assert.deepEqual(search.in(text), []);
    // As a person would read it: without colours, line ends and what belongs to the file.
    const bare = text.replace(/\\u001b\[[\d;]*m|\\b|\\r|\\n|\\\n +|\n|\s/g, '');
    assert.deepEqual(search.in(bare), []);
    assert.ok(!bare.includes('w0rd') && !bare.includes('Zx9Zx9'), text);
    assert.match(text, /types: \{ secret: sudoPassword, end: "\\r" \}/);
    assert.match(text, /types: "cat awkward\\r"/);
    assert.match(stderr, /a private key \(\d×\)/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.deepEqual(await search.below(path.join(folder, 'home')).catch(() => []), []);

    const again = await runbook('lab', 'record', '--out', 'by-hand.yaml', ...at('ftd01')).ended;
    assert.equal(again.code, 2);
    assert.match(again.stderr, /exists already/);
    assert.equal(await readFile(file, 'utf8'), text);
  });

  it('shows where a run would stop, without the box', async () => {
    // As the shipped family, and less patient.
    await mkdir(path.join(folder, 'families', 'hasty'), { recursive: true });
    await writeFile(
      path.join(folder, 'families', 'hasty', 'profile.yaml'),
      'extends: cisco-ftd\ntitle: hasty\ndialogue: { unknownAfterMs: 2000 }\n',
    );
    await writeFile(path.join(folder, 'settings.yaml'), 'profilesDir: families\n');
    const settings = ['--settings', 'settings.yaml'];
    const words = ['--family', 'hasty', '--anonymise', '--out', 'branch.yaml', ...settings];
    const { code, stderr } = await runbook('lab', 'record', ...words, ...at('ftd-branch')).ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /It stopped: SESSION_PROMPT_UNKNOWN.*Accept site policy/);
    const text = await readFile(path.join(folder, 'branch.yaml'), 'utf8');
    assert.doesNotMatch(text, /ftd-branch|127\.\d+\.\d+\.\d+(?<!127\.0\.0\.1)/);
    const replayed = await runbook('lab', 'replay', 'branch.yaml', ...settings).ended;
    assert.equal(replayed.code, 0, replayed.stdout);
    assert.match(replayed.stdout, /states +clish\n +stops +SESSION_PROMPT_UNKNOWN/);
    assert.match(replayed.stdout, /cuts +\d{3} places, all end the same/);
  });

  it('makes a box that behaves so', async () => {
    const first = await runbook('lab', 'record', '--out', 'ftd01.yaml', ...at('ftd01')).ended;
    assert.equal(first.code, 0, first.stderr);
    const played = await startLab({
      dir: path.join(folder, 'played'),
      devices: 0,
      recorded: [{ file: path.join(folder, 'ftd01.yaml') }],
    });
    try {
      const second = await runbook(
        ...[
          'lab',
          'record',
          '--device',
          'ftd01',
          '--out',
          'again.yaml',
          '-i',
          'played/devices.csv',
          '--known-hosts',
          'played/known_hosts',
        ],
      ).ended;
      assert.equal(second.code, 0, second.stderr);
      assert.deepEqual(played.recorded[0]?.inVain, []);
    } finally {
      await played.stop();
    }
    const again = await readFile(path.join(folder, 'again.yaml'), 'utf8');
    assert.match(again, /ends: \{"states":\["clish","expert","sudo-password","root"\]\}/);
    assert.match(again, /sftunnel \(normal\) - Running/);
  });
});
