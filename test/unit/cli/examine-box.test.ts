/** `doctor --device` against boxes of the lab and boxes that play a transcript: what it says, and that it changes nothing. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { boxPage } from '../../../cli/output/box-page.ts';
import { examineDevice } from '../../../cli/client/examine-device.ts';
import { standsAt } from '../../../cli/client/frozen-in-runs.ts';
import { RefusedLogins } from '../../../cli/client/refused-logins.ts';
import {
  boxReportSchema,
  examineBox,
  profileSchema,
  type ApplianceProfile,
  type BoxReport,
  type Endpoint,
} from '../../../devices/index.ts';
import { systemClock, type Clock } from '../../../devices/dialogue/clock.ts';
import { editFor } from '../../../devices/box-advice.ts';
import { mergeProfiles } from '../../../devices/profile/merge.ts';
import type { Connection } from '../../../devices/transport/transport.ts';
import { RunbookError } from '../../../errors/index.ts';
import { ControlClient, startLab, type LabOptions } from '../../../lab/index.ts';
import { loadInventory } from '../../../loader/index.ts';
import { PlayedBox, secrets } from '../devices/dialogue/played-box.ts';
import { readTranscripts, type Transcript } from '../devices/dialogue/transcript.ts';
import { quickProfile } from '../devices/support/walking.ts';
import { assertGolden, viewAt } from './golden.ts';

const boxes: LabOptions = {
  fmc: { variant: { landing: 'bash' } },
  ftds: [
    { variant: { sftp: true } },
    { variant: { landing: 'fxos', fxosSettleMs: 0 } },
    { variant: { unknownPrompt: { at: 'login', text: '\x1b[1mPress any key\x1b[0m to go on [y/N]: ' } } },
    { variant: { unknownPrompt: { at: 'expert', text: 'Accept site policy (agree/decline): ' } } },
    { variant: { sudoRefused: true } },
    { variant: { expertRefused: true } },
    { variant: { forcedPasswordChange: true } },
    { variant: { authentication: ['keyboard-interactive'] } },
    { variant: { loginRefused: true } },
    { variant: { freeBytes: { '/var': 0, '/ngfw': 0 } } },
  ],
};

/** What no two labs, and no two days, have in common; and what an edit of a profile moves. */
function steady(page: string): string {
  return page
    .replace(/127\.\d+\.\d+\.\d+/g, (address) => `127.x.x.${address.split('.').at(-1) ?? ''}`)
    .replace(/SHA256:[\w+/]{43}/g, 'SHA256:(of the lab)')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '(uuid)')
    .replace(/Last login: .* UTC/g, 'Last login: (time) UTC')
    .replace(/^( {2}(?:states|pagers)\.\S+) .*$/gm, '$1')
    .replace(/\.yaml:\d+/g, '.yaml:N');
}

async function labBox(folder: string, name: string, family = 'cisco-firepower'): Promise<BoxReport> {
  const loaded = loadInventory({
    inventory: path.join(folder, 'devices.csv'),
    knownHosts: path.join(folder, 'known_hosts'),
  });
  assert.ok(loaded.ok);
  const endpoint = loaded.inventory.endpoint(name, family);
  return await examineBox(endpoint, {
    profiles: new Map([[family, quickProfile(family, 40)]]),
    extraFolders: [],
  });
}

/** A connection to a box that plays a transcript; a thousand times as fast as written. */
async function played(
  transcript: Transcript,
  edit: Record<string, unknown> = {},
): Promise<{ box: PlayedBox; report: BoxReport }> {
  const clock: Clock = { now: () => Date.now() * 1000, after: (ms, work) => systemClock.after(ms, work) };
  const box = new PlayedBox(transcript, { clock });
  const none = (): Promise<never> => Promise.reject(new RunbookError('SESSION_COMMAND_FAILED', 'not here'));
  const connection: Connection = {
    openShell: () => Promise.resolve(box),
    exec: none,
    openSftp: none,
    forward: none,
    isClosed: false,
    onClose: () => undefined,
    close: () => undefined,
  };
  const family = transcript.family ?? 'cisco-firepower';
  const { faults, ...rest } = quickProfile(family);
  const profile: ApplianceProfile = {
    ...profileSchema.parse(mergeProfiles(mergeProfiles(rest, transcript.profile ?? {}), edit)),
    faults,
  };
  const endpoint: Endpoint = {
    name: 'box',
    host: '192.0.2.1',
    port: 22,
    family,
    hostKeys: [],
    credential: {
      id: 'admin (box)',
      username: 'admin',
      password: () => Promise.resolve(secrets.password),
      sudoPassword: () => Promise.resolve(secrets.sudoPassword),
    },
  };
  const report = await examineBox(endpoint, {
    profiles: new Map([[family, profile]]),
    extraFolders: [],
    connect: () => Promise.resolve(connection),
    provesFiles: false,
  });
  return { box, report };
}

describe('doctor --device', function () {
  this.timeout(60_000);
  let folder: string;
  let lab: Awaited<ReturnType<typeof startLab>>;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'doctor-'));
    lab = await startLab({ ...boxes, dir: folder });
  });
  after(async () => {
    await lab.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const sections = async (each: readonly (readonly [string, Promise<BoxReport>])[]): Promise<string> => {
    const parts = await Promise.all(
      each.map(async ([title, made]) => {
        const report = await made;
        boxReportSchema.parse(JSON.parse(JSON.stringify(report)));
        return `=== ${title}\n${steady(boxPage(report, viewAt(140)))}`;
      }),
    );
    return parts.join('\n\n');
  };

  it('says what it saw of boxes of the lab, state by state', async () => {
    const names = [
      ['FMC that lands in bash', 'fmc01'],
      ['FTD that lands in CLISH, SFTP', 'ftd1'],
      ['FTD behind FXOS', 'ftd2'],
      ['unknown prompt at login, in bold', 'ftd3'],
      ['unknown prompt before expert', 'ftd4'],
      ['sudo refused', 'ftd5'],
      ['expert refused', 'ftd6'],
      ['forced change of the password', 'ftd7'],
      ['keyboard-interactive only', 'ftd8'],
      ['login refused', 'ftd9'],
      ['no room for a file', 'ftd10'],
    ] as const;
    const page = await sections(
      names.map(([title, name]) => [title, labBox(folder, name.replace(/^ftd(\d)$/, 'ftd0$1'))] as const),
    );
    assertGolden('doctor-lab', page);
  });

  it('leaves certificates and sftunnel of a box as they were', async () => {
    const { devices } = await (await ControlClient.open(folder)).state();
    const before = JSON.stringify(devices.map(({ managers, sftunnel }) => [managers, sftunnel.restarts]));
    await labBox(folder, 'ftd01');
    const { devices: then } = await (await ControlClient.open(folder)).state();
    assert.equal(JSON.stringify(then.map(({ managers, sftunnel }) => [managers, sftunnel.restarts])), before);
  });

  it('logs in once, and tries a refused login no second time', async () => {
    const files = {
      inventory: path.join(folder, 'devices.csv'),
      knownHosts: path.join(folder, 'known_hosts'),
    };
    const home = path.join(folder, 'home');
    const before = process.env['RUNBOOK_HOME'];
    process.env['RUNBOOK_HOME'] = home;
    const control = await ControlClient.open(folder);
    const tries = async (): Promise<number> =>
      (await control.state()).devices.find(({ name }) => name === 'ftd09')?.logins.attempts ?? 0;
    try {
      const start = await tries();
      const report = await examineDevice('ftd09', files);
      assert.equal(report.trouble?.code, 'DEVICE_AUTH_FAILED');
      const once = await tries();
      assert.equal(once, start + 1);
      await assert.rejects(
        examineDevice('ftd09', files),
        (error) => error instanceof RunbookError && error.code === 'DEVICE_CREDENTIAL_FROZEN',
      );
      await assert.rejects(examineDevice('ftd01', files), /is not used again/, 'it is the same credential');
      assert.equal(await tries(), once);
      await examineDevice('ftd09', { ...files, retryLogins: true });
      assert.equal(await tries(), once + 1);
      const kept = await readFile(path.join(home, 'refused-logins.json'), 'utf8');
      assert.ok(!kept.includes('Lab-Passw0rd!'));
    } finally {
      if (before === undefined) delete process.env['RUNBOOK_HOME'];
      else process.env['RUNBOOK_HOME'] = before;
    }
  });

  it('shows a host key that is not the known one, and sends no password', async () => {
    const inventory = path.join(folder, 'devices.csv');
    const loaded = loadInventory({ inventory });
    assert.ok(loaded.ok);
    const report = await examineBox(
      { ...loaded.inventory.endpoint('ftd01'), port: 2222 },
      { profiles: new Map([['cisco-firepower', quickProfile('cisco-firepower')]]), extraFolders: [] },
    );
    assert.equal(report.trouble?.code, 'DEVICE_HOST_KEY_UNKNOWN');
    assert.equal(report.login.method, null);
  });

  it('says what it saw of boxes that are known from transcripts', async () => {
    const transcripts = readTranscripts();
    const names = [
      'chassis-console',
      'chassis-telnet',
      'multi-instance',
      'eula',
      'eula-pager',
      'pagers',
      'lina-pager',
      'expert-lockdown',
      'lockdown-question',
      'sudo-wrong',
      'sudo-locked',
      'site-policy-unknown',
      'unknown-at-landing',
      'silence',
      'boot-loader',
      'other-product',
      'idle-logout-on-the-way',
    ];
    const all = names.map((name) => {
      const transcript = transcripts.get(name);
      if (transcript === undefined) throw new Error(`no transcript ${name}`);
      return [`${name}: ${transcript.title}`, played(transcript).then(({ report }) => report)] as const;
    });
    assertGolden('doctor-transcripts', await sections(all));
  });

  it('shows no secret, whatever the box echoes', async () => {
    const transcript = readTranscripts().get('sudo-echoes');
    assert.ok(transcript !== undefined);
    const { report } = await played(transcript);
    for (const secret of Object.values(secrets)) assert.ok(!JSON.stringify(report).includes(secret));
  });

  it('keeps the bytes back when a secret stands among them torn apart by control characters', async () => {
    const secret = secrets.sudoPassword;
    const { report } = await played({
      title: '',
      marks: [],
      steps: [
        { prompt: 'admin@fmc:~$ ' },
        { types: 'sudo su -\r' },
        { shows: 'sudo su -\n', prompt: 'Password: ' },
        { types: { secret: 'sudoPassword', end: '\r' } },
        { shows: `${secret.slice(0, 3)}\x1b[1m${secret.slice(3)}\n`, prompt: 'Token code (6 digits): ' },
      ],
      ends: {},
    });
    assert.equal(report.trouble?.code, 'SESSION_PROMPT_UNKNOWN');
    assert.deepEqual(report.trouble.raw, []);
    assert.match(report.trouble.screen.join('\n'), /\*{8}\nToken code/);
    assert.ok(!JSON.stringify(report).includes(secret.slice(3)));
  });

  it('names the line of the profile that a prompt was known from', async () => {
    const report = await labBox(folder, 'ftd01');
    const [step] = report.steps;
    const [file = '', line = ''] = step?.place?.split(':') ?? [];
    const text = await readFile(new URL(`../../../${file}`, import.meta.url), 'utf8');
    assert.ok(text.split('\n')[Number(line) - 1]?.includes(step?.pattern ?? '?'));
  });

  it('gives YAML that, filled in, teaches the profile the prompt', async () => {
    const transcripts = readTranscripts();
    const unknown = transcripts.get('site-policy');
    assert.ok(unknown !== undefined);
    const { title, marks, family = '', steps, ends } = unknown;
    const without: Transcript = { title, marks, family, steps, ends };
    const { report } = await played(without);
    const yaml = report.trouble?.edit?.yaml ?? '';
    assert.match(yaml, /NAME/);
    const filled = yaml.replaceAll('NAME', 'site-policy').replace('WHAT-YOU-WOULD-TYPE', 'agree');
    const { box, report: then } = await played(without, parse(filled) as Record<string, unknown>);
    assert.deepEqual(box.unexpected, []);
    assert.equal(then.trouble, null);
    assert.deepEqual(
      then.steps.map(({ state }) => state),
      ['site-policy', 'clish', 'clish', 'expert', 'root'],
    );
  });

  it('gives YAML for a known state that is not foreseen after a move', async () => {
    const { report } = await played({
      title: '',
      marks: [],
      family: 'cisco-ftd',
      steps: [
        { prompt: 'admin@ftd:~$ ' },
        { types: 'sudo su -\r' },
        { shows: 'sudo su -\n', prompt: 'telnet> ' },
      ],
      ends: {},
    });
    assert.deepEqual(parse(report.trouble?.edit?.yaml ?? ''), {
      dialogue: { moves: { 'become-root': { to: ['sudo-password', 'root', 'telnet'] } } },
    });
  });

  it('says of a family without a profile what to do: of the box itself, and of a jump host on its way', async () => {
    const credential = {
      id: 'x',
      username: 'x',
      password: () => Promise.resolve(''),
      sudoPassword: () => Promise.resolve(''),
    };
    const box: Endpoint = {
      name: 'box',
      host: '192.0.2.1',
      port: 22,
      family: 'linux',
      hostKeys: [],
      credential,
    };
    const options = { profiles: new Map([['linux', quickProfile('linux')]]), extraFolders: [] };
    const { trouble } = await examineBox(
      { ...box, via: [{ ...box, name: 'hop', family: 'junos' }] },
      options,
    );
    assert.deepEqual([trouble?.code, trouble?.edit], ['DEVICE_FAMILY_UNKNOWN', null]);
    assert.match(trouble?.next ?? '', /families\/junos\/profile\.yaml/);
    await assert.rejects(examineBox({ ...box, family: 'junos' }, options), { code: 'DEVICE_FAMILY_UNKNOWN' });
  });

  it('knows by the context of an error, not by its words, whether a prompt was recognised', () => {
    const { dialogue } = quickProfile('linux');
    const context = { after: 'login', line: 'Mode> ', states: ['user'] };
    const edit = (more: object): string | undefined =>
      editFor(
        dialogue,
        new RunbookError('SESSION_PROMPT_UNKNOWN', 'in other words', { ...context, ...more }),
      );
    assert.match(edit({ unrecognised: true }) ?? '', /NAME: \{ prompt: '\^Mode> \?\$' \}/);
    assert.match(edit({}) ?? '', /NAME: \{ from: user,/);
  });

  it('knows the credential that an open run asks about', () => {
    const memo = {
      questions: [{ cause: 'credential:admin (fmc01)' }],
    } as unknown as NonNullable<Parameters<typeof standsAt>[0][number]['memo']>;
    const runs = [
      { run: 'renew/closed', status: 'COMPLETED', memo },
      { run: 'renew/other', status: 'RUNNING' },
      { run: 'renew/open', status: 'RUNNING', memo },
    ];
    assert.equal(standsAt(runs, 'admin (fmc01)'), 'renew/open');
    assert.equal(standsAt(runs, 'admin (ftd01)'), undefined);
  });

  it('a login that was refused is forgotten when the inventory was edited', async () => {
    const file = path.join(folder, 'refused.json');
    const endpoint: Endpoint = {
      name: 'a',
      host: 'a',
      port: 22,
      family: 'linux',
      hostKeys: [],
      credential: {
        id: 'c',
        username: 'u',
        password: () => Promise.resolve(''),
        sudoPassword: () => Promise.resolve(''),
      },
    };
    const trouble = { frozen: 'credential', message: 'refused' } as unknown as BoxReport['trouble'];
    new RefusedLogins(file, path.join(folder, 'devices.csv')).note(endpoint, trouble);
    assert.throws(() => new RefusedLogins(file, path.join(folder, 'devices.csv')).check(endpoint));
    new RefusedLogins(file, path.join(folder, 'known_hosts')).check(endpoint);
  });
});
