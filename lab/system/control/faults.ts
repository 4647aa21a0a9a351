import { utimesSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Steered } from '../../control/control-server.ts';
import { syncStates } from '../../options.ts';
import type { Box } from '../box.ts';
import { FirepowerBox } from '../firepower-box.ts';
import type { FmcPair } from '../fmc-pair.ts';
import { setForwarding } from '../kinds/jump-host.ts';
import { hashOf, putShadow, putSudoers } from '../root-folder.ts';
import { makeRoom, makeScarce } from '../scarcity.ts';
import type { SystemLab } from '../system-lab.ts';

const onBox = z.strictObject({ box: z.string() });
const flag = onBox.extend({ on: z.boolean().default(true) });
const onFmc = z.strictObject({ box: z.string().optional() });
const phase = z.enum(['started', 'asked', 'after-yes', 'after-ca', 'after-issue', 'during-push', 'done']);

/** Those of control/faults.ts that can be made of real programs, by the same names and with the same bodies. */
export function systemFaults(lab: SystemLab): Steered['faults'] {
  const any = (name: string): Box => {
    const found = lab.box(name);
    if (!found) throw new Error(`no box named ${name}`);
    return found;
  };
  const box = (name: string): FirepowerBox => {
    const found = any(name);
    if (!(found instanceof FirepowerBox)) throw new Error(`${name} is neither an FMC nor an FTD`);
    return found;
  };
  const unit = (of: 'failoverTruth' | 'clusterTruth', name: string): FirepowerBox => {
    const found = box(name);
    if (lab.units[of](found) === undefined) throw new Error(`${name} is not a unit of such a group`);
    return found;
  };
  const fmc = (name: string | undefined): FirepowerBox => (name === undefined ? lab.fmc : box(name));
  const pair = (): FmcPair => {
    if (!lab.pair) throw new Error('this lab has no pair of FMCs');
    return lab.pair;
  };
  const jump = (name: string): Box => {
    const found = lab.jumpHosts.find(({ plan }) => plan.name === name);
    if (!found) throw new Error(`no jump host named ${name}`);
    return found;
  };
  const fault = <S extends z.ZodType>(schema: S, apply: (body: z.output<S>) => unknown) => ({
    schema,
    apply: (body: unknown): unknown => apply(body as z.output<S>),
  });
  const account = async (of: Box, mustChange: boolean): Promise<void> => {
    putShadow(of.root, of.plan.user, { hash: await hashOf(of.password), mustChange });
  };
  /** As sftunnel knows a peer; all of them unless one is named. */
  const peerOf = (name: string | undefined): string => (name === undefined ? '*' : box(name).uuid);

  return {
    setTasks: fault(
      onFmc.extend({
        tasks: z.array(z.union([z.string(), z.strictObject({ name: z.string(), ageMinutes: z.number() })])),
      }),
      (b) => {
        const tasks = b.tasks.map((t) => (typeof t === 'string' ? { name: t, ageMinutes: 0 } : t));
        fmc(b.box).setTasks(tasks);
      },
    ),
    beginTaskAt: fault(onFmc.extend({ phase: z.enum(['started', 'after-yes']), name: z.string() }), (b) => {
      const at = fmc(b.box);
      at.actAt(b.phase, async () => at.setTasks([{ name: b.name, ageMinutes: 0 }]));
    }),
    reboot: fault(onBox.extend({ downMs: z.number().default(1000) }), (b) =>
      lab.reboot(any(b.box), b.downMs),
    ),
    dropSsh: fault(onBox, (b) => any(b.box).dropSsh()),
    /** `silent`: the cable is out, so nothing comes back. */
    noRoute: fault(flag.extend({ silent: z.boolean().default(false) }), async (b) => {
      const target = any(b.box);
      if (b.on && b.silent) await target.ip('link set eth0 down');
      else if (b.on) await target.listen(false);
      else {
        await target.ip('link set eth0 up');
        await target.listen(true);
      }
    }),
    /** Only the FMCs reach the SSH of the box; a router on its side says so to the engine. */
    engineNoRoute: fault(flag, (b) => any(b.box).fence(b.on)),
    /** sshd of a jump host ends with all that runs through it, or is back. */
    jumpHostDown: fault(z.strictObject({ name: z.string(), on: z.boolean().default(true) }), (b) =>
      jump(b.name).serveSsh(!b.on),
    ),
    jumpHost: fault(
      z.strictObject({
        name: z.string(),
        forwarding: z.enum(['allowed', 'prohibited']).optional(),
        password: z.string().optional(),
      }),
      async (b) => {
        const target = jump(b.name);
        if (b.forwarding !== undefined) {
          setForwarding(target.root, b.forwarding);
          await target.listen(false);
          await target.listen(true);
        }
        if (b.password === undefined) return;
        target.password = b.password;
        await account(target, false);
      },
    ),
    hostKeyChanged: fault(onBox, async (b) => {
      const target = any(b.box);
      await target.listen(false);
      await target.makeHostKey();
      await target.listen(true);
      return { knownHosts: lab.knownHosts() };
    }),
    password: fault(onBox.extend({ password: z.string() }), async (b) => {
      const target = any(b.box);
      target.password = b.password;
      lab.passwords.add(b.password);
      await account(target, false);
    }),
    forcedPasswordChange: fault(flag, (b) => account(any(b.box), b.on)),
    expertRefused: fault(flag, (b) => box(b.box).toggle('etc/sf/expert-refused', b.on ? '' : undefined)),
    sudoRefused: fault(flag, (b) => {
      const { root, plan } = any(b.box);
      putSudoers(root, plan.user, plan.sudoDefaults, !b.on);
    }),
    unknownPrompt: fault(
      onBox.extend({
        at: z.enum(['login', 'expert', 'sudo', 'command', 'none']),
        text: z.string().default('Accept site policy (agree/decline): '),
        /** With `command`: before programs that hold others, where name and arguments fit. */
        line: z.string().optional(),
        /** Answered once, it is gone for good. */
        once: z.boolean().default(false),
      }),
      (b) => {
        const target = box(b.box);
        for (const at of ['login', 'expert', 'sudo', 'command']) {
          const isHere = at === b.at;
          target.toggle(`.lab/prompts/${at}.line`, isHere ? b.line : undefined);
          target.toggle(`.lab/prompts/${at}.once`, isHere && b.once ? '' : undefined);
          target.toggle(`.lab/prompts/${at}`, isHere ? b.text : undefined);
        }
        if (b.at === 'command') target.askBeforeTerminals();
      },
    ),
    clockSkew: fault(onBox.extend({ ms: z.number() }), (b) => {
      const target = any(b.box);
      target.startSkewMs = b.ms;
      target.setClock(lab.shiftMs + b.ms);
    }),
    advanceClock: fault(z.strictObject({ days: z.number() }), (b) => {
      lab.shiftMs += b.days * 86_400_000;
      for (const each of lab.boxes) each.setClock(lab.shiftMs + each.startSkewMs);
    }),
    flapTunnel: fault(onBox.extend({ peer: z.string().optional() }), (b) =>
      box(b.box).tellSftunnel({ cut: peerOf(b.peer) }),
    ),
    /** Cuts 8305 of a box, or only between it and one peer; put back without a peer, every cut of the box is mended. */
    cutTunnel: fault(flag.extend({ peer: z.string().optional() }), async (b) => {
      const target = box(b.box);
      const peer = peerOf(b.peer);
      if (b.on) {
        target.cut(peer);
        await target.tellSftunnel({ cut: peer });
        return;
      }
      target.mend(b.peer === undefined ? undefined : peer);
      for (const each of lab.firepower) each.mend(target.uuid);
    }),
    haRole: fault(z.strictObject({ active: z.string().optional(), primary: z.string().optional() }), (b) => {
      const named = (name: string | undefined): FirepowerBox | undefined =>
        name === undefined ? undefined : box(name);
      pair().change({ active: named(b.active), primary: named(b.primary) });
    }),
    haSync: fault(z.strictObject({ state: z.enum(syncStates) }), (b) => pair().change({ sync: b.state })),
    haEnabled: fault(z.strictObject({ on: z.boolean() }), (b) => pair().change({ enabled: b.on })),
    push: fault(onBox.extend({ how: z.enum(['works', 'fails', 'keepsOld', 'mixes']) }), (b) =>
      box(b.box).set('push', b.how),
    ),
    holdGenerateAt: fault(onFmc.extend({ phase }), (b) => fmc(b.box).arm(b.phase)),
    releaseGenerate: fault(onFmc.extend({ phase: phase.optional() }), (b) => fmc(b.box).release(b.phase)),
    rebootAt: fault(
      onFmc.extend({ phase, afterPushes: z.number().default(0), downMs: z.number().default(1000) }),
      (b) => {
        const at = fmc(b.box);
        const act = async (): Promise<void> => {
          const { pushed = [], failed = [] } = at.runs.at(-1) ?? {};
          if (pushed.length + failed.length >= b.afterPushes) await lab.reboot(at, b.downMs);
          else at.actAt(b.phase, act);
        };
        at.actAt(b.phase, act);
      },
    ),
    cutSshAt: fault(onFmc.extend({ phase }), (b) => {
      const at = fmc(b.box);
      at.actAt(b.phase, async () => at.dropSsh());
    }),
    generateByHand: fault(onFmc, async (b) => {
      const at = fmc(b.box);
      await at.run(['BY_HAND=yes', '/usr/local/sf/bin/generate_certs.pl']);
      return { exitCode: 0 };
    }),
    putFile: fault(
      onBox.extend({ path: z.string(), text: z.string(), mode: z.string().default('644') }),
      (b) => {
        const target = any(b.box);
        const { root } = target;
        const made = [b.path];
        for (let at = path.dirname(b.path); !root.has(at); at = path.dirname(at)) made.push(at);
        root.put(b.path, b.text, Number.parseInt(b.mode, 8));
        // By the clock of the box.
        for (const file of made) utimesSync(root.at(file), target.nowMs() / 1000, target.nowMs() / 1000);
      },
    ),
    /** Of a folder with few files in it; with much left it is as it was. */
    freeBytes: fault(onBox.extend({ mount: z.string(), bytes: z.number() }), async (b) => {
      if (b.bytes > 100_000_000) await makeRoom(any(b.box), b.mount);
      else await makeScarce(any(b.box), b.mount, { bytes: b.bytes });
    }),
    /** There is room, but for so many files only: `df` does not show it. */
    fewFiles: fault(onBox.extend({ mount: z.string(), files: z.number().int() }), (b) =>
      makeScarce(any(b.box), b.mount, { files: b.files }),
    ),
    /** A person attaches to the terminals that programs of the box run in, and types. */
    typeInTerminals: fault(onBox.extend({ text: z.string() }), (b) => box(b.box).typeInTerminals(b.text)),
    tacBypass: fault(onFmc.extend({ on: z.boolean() }), (b) =>
      fmc(b.box).set('tac-bypass', b.on ? 1 : undefined),
    ),
    switchFailover: fault(onBox, (b) => lab.units.switchRoles(unit('failoverTruth', b.box))),
    failUnit: fault(flag, (b) => lab.units[b.on ? 'lose' : 'regain'](unit('failoverTruth', b.box))),
    leaveCluster: fault(flag, (b) => lab.units[b.on ? 'lose' : 'regain'](unit('clusterTruth', b.box))),
    /** Stops `mv` before it puts something in this place. */
    holdBefore: fault(onBox.extend({ path: z.string() }), (b) => box(b.box).holdMoves(b.path)),
    releaseHold: fault(onBox, (b) => box(b.box).releaseMoves()),
    rpcFails: fault(flag, (b) => box(b.box).set('rpc-fails', b.on ? 1 : undefined)),
    putLog: fault(onBox.extend({ text: z.string() }), (b) => {
      const { root } = box(b.box);
      const stamp = new Date().toUTCString().replace(/^\w+, (\d+) (\w+) \d+ ([\d:]+) GMT$/, '$2 $1 $3');
      const lines = b.text
        .split('\n')
        .map((line) => `${stamp} box SF-IMS[1]: [1] sftunneld:sf_ssl [ERROR] ${line}\n`);
      root.put('var/log/messages', `${root.text('var/log/messages') ?? ''}${lines.join('')}`);
    }),
    restartSftunnel: fault(onBox, (b) => box(b.box).run(['pmtool', 'restartbyid', 'sftunnel'])),
  };
}
