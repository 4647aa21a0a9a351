/** Sessions of a worker at prompts that no profile knows: kept, answered once, never typed at blindly. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createSessions,
  type ApplianceProfile,
  type AtUnknownPrompt,
  type Endpoint,
  type RootShell,
  type Sessions,
} from '../../../devices/index.ts';
import type { StandingRef } from '../../../devices/standing.ts';
import { RunbookError } from '../../../errors/index.ts';
import { ControlClient, startLab } from '../../../lab/index.ts';
import { loadInventory } from '../../../loader/index.ts';
import { quickProfile } from './support/walking.ts';

const policy = 'Accept site policy (agree/decline): ';
const family = 'cisco-firepower';

describe('a session at an unknown prompt', function () {
  this.timeout(30_000);
  let folder: string;
  let lab: Awaited<ReturnType<typeof startLab>>;
  let control: ControlClient;
  let profile: ApplianceProfile;
  let sessions: Sessions;
  let endpoint: Endpoint;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'prompts-'));
    lab = await startLab({ ftds: [{}, {}], dir: folder });
    control = await ControlClient.open(folder);
  });
  after(async () => {
    await lab.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    profile = quickProfile(family, 40);
    profile.timeouts.command = 1500;
    sessions = createSessions({ profiles: () => profile, loginsPerSecond: 1000, idleCloseMs: 50 });
    endpoint = endpointOf('ftd01');
  });
  afterEach(async () => {
    await sessions.close();
    await asks('none');
  });

  function endpointOf(name: string): Endpoint {
    const loaded = loadInventory({
      inventory: path.join(folder, 'devices.csv'),
      knownHosts: path.join(folder, 'known_hosts'),
    });
    assert.ok(loaded.ok);
    return loaded.inventory.endpoint(name, family);
  }
  const asks = (at: string, text = policy): Promise<unknown> =>
    control.fault('unknownPrompt', { box: 'ftd01', at, text });
  const logins = async (): Promise<number> =>
    (await control.state()).devices.find(({ name }) => name === 'ftd01')?.logins.attempts ?? 0;
  /** How often this was typed at the prompt, over all sessions so far. */
  const typed = async (text: string): Promise<number> =>
    (await control.transcripts('ftd01')).join('\n').split(policy + text).length - 1;
  const openSessions = async (): Promise<number> =>
    (await control.state()).devices.find(({ name }) => name === 'ftd01')?.logins.openSessions ?? -1;

  async function stops(
    prompt: AtUnknownPrompt,
    use?: (shell: RootShell) => Promise<unknown>,
  ): Promise<RunbookError> {
    try {
      await sessions.withRoot(endpoint, use ?? (() => Promise.resolve()), { prompt });
    } catch (thrown) {
      assert.ok(thrown instanceof RunbookError, String(thrown));
      return thrown;
    }
    return assert.fail('came to root');
  }
  const standingOf = ({ context }: RunbookError): StandingRef => {
    assert.ok(context['standing'] !== undefined, JSON.stringify(context));
    return context['standing'] as StandingRef;
  };
  const answer = ({ id, screen }: StandingRef, text: string): AtUnknownPrompt => ({
    keep: true,
    standing: id,
    answer: { screen, typed: { text, secret: false } },
  });

  for (const at of ['login', 'expert', 'sudo'])
    it(`at ${at}: is kept open past the idle limit, and goes on with the answer, in the same session`, async () => {
      await asks(at);
      const before = await logins();
      const error = await stops({ keep: true });
      assert.equal(error.code, 'SESSION_PROMPT_UNKNOWN');
      assert.match(error.context.screen ?? '', /Accept site policy/);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const { output } = await sessions.withRoot(endpoint, (shell) => shell.run('id -u'), {
        prompt: answer(standingOf(error), 'agree\r'),
      });
      assert.equal(output.trim(), '0');
      // sudo's own password counts as a login in the lab.
      assert.equal((await logins()) - before, 2);
    });

  it('is not kept where nobody is going to be asked', async () => {
    await asks('login');
    const error = await stops({ keep: false });
    assert.equal(error.context['standing'], undefined);
    for (let looks = 0; looks < 50 && (await openSessions()) > 0; looks += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(await openSessions(), 0);
  });

  it('tells everybody else what it stands at, and types nothing', async () => {
    await asks('login');
    const first = standingOf(await stops({ keep: true }));
    const [before, keys] = [await logins(), await typed('a')];
    const second = await stops({ keep: true });
    assert.equal(standingOf(second).id, first.id);
    assert.equal(await logins(), before);
    assert.equal(await typed('a'), keys);
  });

  it('types an answer only at the screen that was seen, and shows the new one', async () => {
    await asks('login');
    const seen = standingOf(await stops({ keep: true }));
    const before = await typed('agree');
    const error = await stops({ ...answer({ ...seen, screen: 'another' }, 'agree\r') });
    assert.equal(error.code, 'SESSION_PROMPT_UNKNOWN');
    assert.match(error.message, /not the one that was answered any more; nothing was typed/);
    const now = standingOf(error);
    assert.notEqual(now.id, seen.id);
    assert.equal(await typed('agree'), before);
    await sessions.withRoot(endpoint, () => Promise.resolve(), { prompt: answer(now, 'agree\r') });
  });

  it('types an answer once, whoever brings it twice', async () => {
    await asks('login');
    const seen = standingOf(await stops({ keep: true }));
    const before = await typed('agree');
    await Promise.all(
      [1, 2, 3].map(() =>
        sessions.withRoot(endpoint, () => Promise.resolve(), { prompt: answer(seen, 'agree\r') }),
      ),
    );
    assert.equal((await typed('agree')) - before, 1);
  });

  it('stands again where the answer leads to another unknown prompt', async () => {
    await asks('login');
    const seen = standingOf(await stops({ keep: true }));
    const error = await stops(answer(seen, 'what?\r'));
    assert.equal(error.code, 'SESSION_PROMPT_UNKNOWN');
    await sessions.withRoot(endpoint, () => Promise.resolve(), {
      prompt: answer(standingOf(error), 'agree\r'),
    });
  });

  it('says so when the box has ended it, and then begins anew', async () => {
    await asks('login');
    const seen = standingOf(await stops({ keep: true }));
    await control.fault('dropSsh', { box: 'ftd01' });
    await asks('none');
    const error = await stops(answer(seen, 'agree\r'));
    assert.equal(error.code, 'SESSION_GONE');
    assert.match(error.message, /Nothing was typed/);
    await sessions.withRoot(endpoint, (shell) => shell.run(':'), {
      prompt: { keep: true, standing: seen.id },
    });
  });

  it('another worker does not know it: nothing is typed', async () => {
    await asks('login');
    const seen = standingOf(await stops({ keep: true }));
    await sessions.close();
    sessions = createSessions({ profiles: () => profile, loginsPerSecond: 1000 });
    const before = await typed('agree');
    assert.equal((await stops(answer(seen, 'agree\r'))).code, 'SESSION_GONE');
    assert.equal(await typed('agree'), before);
  });

  it('a retry closes it and logs in anew', async () => {
    await asks('login');
    const seen = standingOf(await stops({ keep: true }));
    await asks('none');
    const before = await logins();
    await sessions.withRoot(
      endpoint,
      async (shell) => {
        await shell.run(':');
        assert.equal(await openSessions(), 1);
      },
      { prompt: { keep: true, standing: seen.id } },
    );
    assert.ok((await logins()) > before);
  });

  it('goes on by itself, in the same session, once its profile knows the prompt', async () => {
    await asks('login');
    await stops({ keep: true });
    const before = await logins();
    profile = structuredClone(profile);
    profile.dialogue.states['site-policy'] = { prompt: '^Accept site policy \\(agree/decline\\): ?$' };
    profile.dialogue.moves['site-policy'] = {
      from: 'site-policy',
      send: 'agree',
      to: ['clish'],
      end: '\r',
      settleMs: 0,
      mayHang: false,
    };
    const { output } = await sessions.withRoot(endpoint, (shell) => shell.run('id -u'), {
      prompt: { keep: true },
    });
    assert.equal(output.trim(), '0');
    assert.equal((await logins()) - before, 1, 'sudo only');
  });

  it('a command that waits at a question of its own: the program lives, is answered, and the shell is root again', async () => {
    const text = 'Delete the old log? [y/N]: ';
    await control.fault('unknownPrompt', { box: 'ftd01', at: 'command', text, line: 'answered', once: true });
    const error = await stops({ keep: true }, (shell) => shell.run('touch /var/tmp/answered'));
    assert.equal(error.code, 'SESSION_PROMPT_UNKNOWN');
    assert.equal(standingOf(error).inCommand, true);
    assert.match(error.message, /waits at: "Delete the old log\? \[y\/N\]: "/);
    const { output } = await sessions.withRoot(
      endpoint,
      (shell) => shell.run('test -e /var/tmp/answered && echo yes', { anyStatus: true }),
      { prompt: answer(standingOf(error), 'y\r') },
    );
    assert.equal(output.trim(), 'yes');
  });

  const seenSoon = async (more: Record<string, unknown>): Promise<RunbookError> => {
    Object.assign(profile.dialogue, { questionAfterMs: 300 });
    profile.timeouts.command = 60_000;
    const text = 'Overwrite (y/n)?';
    await control.fault('unknownPrompt', { box: 'ftd01', at: 'command', text, line: 'answered', ...more });
    return await stops({ keep: true }, (shell) => shell.run('touch /var/tmp/answered'));
  };
  const ended = async (id: string): Promise<void> => {
    while (!sessions.commandHasEnded(id)) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  it('a command that asks is seen after a silence, long before its time is over, and is answered', async () => {
    const error = await seenSoon({ once: true });
    assert.match(error.message, /has shown nothing for \d+ ms and waits at: "Overwrite \(y\/n\)\?"/);
    const standing = standingOf(error);
    assert.equal(standing.mayEnd, true);
    assert.equal(sessions.commandHasEnded(standing.id), false);
    const wish = answer(standing, 'y\r');
    await sessions.withRoot(endpoint, (shell) => shell.run('test -e /var/tmp/answered'), { prompt: wish });
    assert.throws(() => sessions.commandHasEnded(standing.id), { code: 'SESSION_GONE' });
  });

  for (const [how, wish] of [
    ['without an answer', (standing: StandingRef) => ({ keep: true, standing: standing.id })],
    ['with one that came too late', (standing: StandingRef) => answer(standing, 'y\r')],
  ] as const)
    it(`a command that only looked as if it asked: its session goes on, ${how}`, async () => {
      const before = await logins();
      const standing = standingOf(await seenSoon({ goesOnAfterMs: 1200 }));
      await ended(standing.id);
      const keys = (await control.transcripts('ftd01')).join('\n').split('(y/n)?y').length;
      const { output } = await sessions.withRoot(
        endpoint,
        (shell) => shell.run('test -e /var/tmp/answered && echo yes'),
        { prompt: wish(standing) },
      );
      assert.equal(output.trim(), 'yes');
      assert.equal((await logins()) - before, 2, 'one login and its sudo');
      assert.equal((await control.transcripts('ftd01')).join('\n').split('(y/n)?y').length, keys);
    });

  it('a command whose question was none the last time has all of its time', async () => {
    Object.assign(profile.dialogue, { questionAfterMs: 300 });
    profile.timeouts.command = 60_000;
    const text = 'Overwrite (y/n)?';
    const fault = { box: 'ftd01', at: 'command', text, line: 'patient', goesOnAfterMs: 1200 };
    await control.fault('unknownPrompt', fault);
    const { output } = await sessions.withRoot(endpoint, (shell) => shell.run('echo patient'), {
      prompt: { keep: true, patient: true },
    });
    assert.equal(output.trim(), 'patient');
  });

  it('hides a secret that was typed', async () => {
    await asks('login', 'Token (agree): ');
    const seen = standingOf(await stops({ keep: true }));
    const error = await stops({
      ...answer(seen, ''),
      answer: { screen: seen.screen, typed: { text: 't0ken-s3cret\r', secret: true } },
    });
    assert.ok(!JSON.stringify([error.message, error.context]).includes('t0ken-s3cret'));
    assert.match(JSON.stringify(error.context), /\*{8}/);
  });

  it('two boxes that show the same have one cause, and each a session of its own', async () => {
    const other = endpointOf('ftd02');
    const stopsAt = async (at: Endpoint, text: string): Promise<RunbookError> => {
      await control.fault('unknownPrompt', { box: at.name, at: 'login', text });
      return await sessions
        .withRoot(at, () => Promise.resolve(), { prompt: { keep: true } })
        .then(
          () => assert.fail('came to root'),
          (thrown: unknown) => thrown as RunbookError,
        );
    };
    const [one, two] = [await stopsAt(endpoint, policy), await stopsAt(other, policy)];
    assert.match(one.context.cause ?? '', /^prompt:[0-9a-f]{8}$/);
    assert.equal(one.context.cause, two.context.cause);
    assert.notEqual(standingOf(one).id, standingOf(two).id);
    await sessions.close();
    sessions = createSessions({ profiles: () => profile, loginsPerSecond: 1000 });
    assert.notEqual((await stopsAt(other, 'Something else (y/n): ')).context.cause, one.context.cause);
    await control.fault('unknownPrompt', { box: 'ftd02', at: 'none' });
  });
});
