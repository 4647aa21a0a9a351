import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Appliance } from '../appliance/appliance.ts';
import type { FmcPair } from '../appliance/fmc-pair.ts';
import { newHold, phases, type FmcState } from '../appliance/fmc-state.ts';
import { makeHold, type Troubles } from '../appliance/troubles.ts';
import type { JumpHost } from '../login/jump-host.ts';
import { newHostKey } from '../login/host-key.ts';
import { generate } from '../programs/generate-certs.ts';
import type { Lab } from '../lab.ts';
import { syncStates } from '../options.ts';
import type { FailoverPair } from '../units/failover.ts';

const onBox = z.strictObject({ box: z.string() });
const flag = onBox.extend({ on: z.boolean().default(true) });

type Apply<T> = (lab: Lab, body: T) => unknown;
interface Fault {
  readonly schema: z.ZodType;
  readonly apply: Apply<never>;
}

function fault<S extends z.ZodType>(schema: S, apply: Apply<z.output<S>>): Fault {
  return { schema, apply: apply };
}

function box(lab: Lab, name: string): Appliance {
  const found = lab.box(name);
  if (!found) throw new Error(`no box named ${name}`);
  return found;
}

/** An FMC's own state; the first FMC when none is named. */
function fmcOf(lab: Lab, name: string | undefined): [Appliance, FmcState] {
  const found = name === undefined ? lab.fmc : box(lab, name);
  if (!found.fmc) throw new Error(`${found.identity.name} is not an FMC`);
  return [found, found.fmc];
}

function pairOf(lab: Lab): FmcPair {
  const pair = lab.fmc.fmc?.pair;
  if (!pair) throw new Error('this lab has no pair of FMCs');
  return pair;
}

function failoverOf(lab: Lab, name: string): [Appliance, FailoverPair] {
  const unit = box(lab, name);
  if (!unit.failover) throw new Error(`${name} is not a unit of a failover pair`);
  return [unit, unit.failover];
}

function jumpHostOf(lab: Lab, name: string): JumpHost {
  const found = lab.jumpHosts.find(({ settings }) => settings.name === name);
  if (!found) throw new Error(`no jump host named ${name}`);
  return found;
}

async function setRoute(lab: Lab, name: string, route: Troubles['route']): Promise<void> {
  const target = box(lab, name);
  target.troubles.route = route;
  const server = lab.servers.get(target);
  await (route === 'everybody' ? server?.open() : server?.close());
}

function mend(one: Appliance, other: Appliance): void {
  one.troubles.cutPeers.delete(other.identity.uuid);
  other.troubles.cutPeers.delete(one.identity.uuid);
}

const onFmc = z.strictObject({ box: z.string().optional() });
const phase = z.enum(phases);

/** Everything that can be done to a lab from outside, by name. */
export const faults: Readonly<Record<string, Fault>> = {
  setTasks: fault(
    onFmc.extend({
      tasks: z.array(z.union([z.string(), z.strictObject({ name: z.string(), ageMinutes: z.number() })])),
    }),
    (lab, b) => {
      const [manager, fmc] = fmcOf(lab, b.box);
      fmc.tasks = b.tasks.map((t) =>
        typeof t === 'string'
          ? { name: t, startedAtMs: manager.nowMs(), uuid: randomUUID() }
          : { name: t.name, startedAtMs: manager.nowMs() - t.ageMinutes * 60_000, uuid: randomUUID() },
      );
    },
  ),
  beginTaskAt: fault(
    onFmc.extend({ phase: z.enum(['started', 'after-yes']), name: z.string() }),
    (lab, b) => {
      fmcOf(lab, b.box)[1].taskAt = { phase: b.phase, name: b.name };
    },
  ),
  reboot: fault(onBox.extend({ downMs: z.number().default(1000) }), (lab, b) =>
    lab.reboot(box(lab, b.box), b.downMs),
  ),
  dropSsh: fault(onBox, (lab, b) => lab.servers.get(box(lab, b.box))?.drop()),
  cutSshAfterBytes: fault(onBox.extend({ bytes: z.number().int() }), (lab, b) => {
    box(lab, b.box).troubles.cutAfterBytes = b.bytes;
  }),
  /** Nobody reaches the SSH of the box; `silent`: not even a refusal comes back, as far as other boxes see. */
  noRoute: fault(flag.extend({ silent: z.boolean().default(false) }), (lab, b) =>
    setRoute(lab, b.box, !b.on ? 'everybody' : b.silent ? 'silent' : 'nobody'),
  ),
  /** Only the FMCs reach the SSH of the box. */
  engineNoRoute: fault(flag, (lab, b) => setRoute(lab, b.box, b.on ? 'fmcOnly' : 'everybody')),
  hostKeyChanged: fault(onBox, async (lab, b) => {
    const server = lab.servers.get(box(lab, b.box));
    if (!server) return undefined;
    await server.close();
    server.hostKey = newHostKey();
    await server.open();
    // What a person at the consoles would write down now.
    return { knownHosts: lab.knownHosts() };
  }),
  password: fault(onBox.extend({ password: z.string() }), (lab, b) => {
    box(lab, b.box).password = b.password;
  }),
  loginRefused: fault(flag, (lab, b) => {
    box(lab, b.box).troubles.loginRefused = b.on;
  }),
  expertRefused: fault(flag, (lab, b) => {
    box(lab, b.box).troubles.expertRefused = b.on;
  }),
  sudoRefused: fault(flag, (lab, b) => {
    box(lab, b.box).troubles.sudoRefused = b.on;
  }),
  forcedPasswordChange: fault(flag, (lab, b) => {
    box(lab, b.box).troubles.forcedPasswordChange = b.on;
  }),
  unknownPrompt: fault(
    onBox.extend({
      at: z.enum(['login', 'expert', 'sudo', 'command', 'none']),
      text: z.string().default('Accept site policy (agree/decline): '),
      /** With `command`: before lines of root that fit. */
      line: z.string().optional(),
      /** Answered once, it is gone for good. */
      once: z.boolean().default(false),
      /** It only looks like a question: nothing is read, and after so long the command goes on by itself, once. */
      goesOnAfterMs: z.number().optional(),
    }),
    (lab, { box: name, at, text, line, once, goesOnAfterMs }) => {
      box(lab, name).troubles.unknownPrompt =
        at === 'none'
          ? undefined
          : { at, text, once, goesOnAfterMs, ...(line === undefined ? {} : { line: new RegExp(line) }) };
    },
  ),
  slow: fault(onBox.extend({ ms: z.number() }), (lab, b) => {
    box(lab, b.box).troubles.slowMs = b.ms;
  }),
  freeBytes: fault(onBox.extend({ mount: z.string(), bytes: z.number() }), (lab, b) => {
    box(lab, b.box).disk.mountOf(b.mount).freeBytes = b.bytes;
  }),
  fillDisk: fault(onBox.extend({ mount: z.string(), afterBytes: z.number() }), (lab, b) => {
    box(lab, b.box).disk.mountOf(b.mount).fullAfterBytes = b.afterBytes;
  }),
  clockSkew: fault(onBox.extend({ ms: z.number() }), (lab, b) => {
    box(lab, b.box).clockSkewMs = b.ms;
  }),
  advanceClock: fault(z.strictObject({ days: z.number() }), (lab, b) => lab.clock.advanceDays(b.days)),
  flapTunnel: fault(onBox.extend({ peer: z.string().optional() }), (lab, b) => {
    const peer = b.peer === undefined ? undefined : (lab.box(b.peer)?.identity.uuid ?? b.peer);
    box(lab, b.box).sftunnel?.cut(peer);
  }),
  /** Cuts 8305 of a box, or only between it and one peer; put back, every cut of the box is mended. */
  cutTunnel: fault(flag.extend({ peer: z.string().optional() }), (lab, b) => {
    const target = box(lab, b.box);
    if (b.peer === undefined) {
      target.troubles.tunnelCut = b.on;
      if (b.on) target.sftunnel?.cut();
      else for (const peer of lab.boxes) mend(target, peer);
    } else {
      const peer = box(lab, b.peer);
      if (!b.on) mend(target, peer);
      else {
        target.troubles.cutPeers.add(peer.identity.uuid);
        target.sftunnel?.cut(peer.identity.uuid);
      }
    }
  }),
  /** Cisco TAC bypasses the check that an FMC with Classic licences only cannot pass, or undoes that. */
  tacBypass: fault(onFmc.extend({ on: z.boolean() }), (lab, b) => {
    fmcOf(lab, b.box)[1].tacBypass = b.on;
  }),
  /** Gives the pair other roles: which FMC is active, which one is the primary unit. */
  haRole: fault(
    z.strictObject({ active: z.string().optional(), primary: z.string().optional() }),
    (lab, b) => {
      const pair = pairOf(lab);
      if (b.active !== undefined) pair.active = box(lab, b.active);
      if (b.primary !== undefined) pair.primary = box(lab, b.primary);
    },
  ),
  haSync: fault(z.strictObject({ state: z.enum(syncStates) }), (lab, b) => {
    pairOf(lab).sync = b.state;
  }),
  haEnabled: fault(z.strictObject({ on: z.boolean() }), (lab, b) => {
    pairOf(lab).enabled = b.on;
  }),
  push: fault(onBox.extend({ how: z.enum(['works', 'fails', 'keepsOld', 'mixes']) }), (lab, b) => {
    box(lab, b.box).troubles.push = b.how;
  }),
  holdGenerateAt: fault(onFmc.extend({ phase }), (lab, b) => {
    fmcOf(lab, b.box)[1].holds.set(b.phase, newHold());
  }),
  releaseGenerate: fault(onFmc.extend({ phase: phase.optional() }), (lab, b) => {
    const { holds } = fmcOf(lab, b.box)[1];
    for (const [at, hold] of [...holds]) {
      if (b.phase !== undefined && at !== b.phase) continue;
      holds.delete(at);
      hold.release();
    }
  }),
  rebootAt: fault(
    onFmc.extend({ phase, afterPushes: z.number().default(0), downMs: z.number().default(1000) }),
    (lab, b) => {
      fmcOf(lab, b.box)[1].rebootAt = { phase: b.phase, afterPushes: b.afterPushes, downMs: b.downMs };
    },
  ),
  cutSshAt: fault(onFmc.extend({ phase }), (lab, b) => {
    fmcOf(lab, b.box)[1].cutSshAt = b.phase;
  }),
  generateByHand: fault(onFmc, async (lab, b) => {
    const [manager, fmc] = fmcOf(lab, b.box);
    const process = manager.processes.add({
      command: '/usr/bin/perl /usr/local/sf/bin/generate_certs.pl',
      tty: 'pts/7',
    });
    try {
      const exitCode = await generate(manager, fmc, {
        signal: new AbortController().signal,
        say: () => {},
        ask: async () => 'yes',
      });
      return { exitCode };
    } finally {
      manager.processes.remove(process);
    }
  }),
  holdBefore: fault(onBox.extend({ path: z.string() }), (lab, b) => {
    box(lab, b.box).troubles.holdRename = makeHold(new RegExp(b.path));
  }),
  releaseHold: fault(onBox, (lab, b) => {
    const { troubles } = box(lab, b.box);
    const hold = troubles.holdRename;
    troubles.holdRename = undefined;
    hold?.release();
  }),
  putFile: fault(
    onBox.extend({ path: z.string(), text: z.string(), mode: z.string().default('644') }),
    (lab, b) => {
      box(lab, b.box).tree.put(b.path, b.text, Number.parseInt(b.mode, 8));
    },
  ),
  /** A person attaches to the terminals that programs of the box run in, and types. */
  typeInTerminals: fault(onBox.extend({ text: z.string() }), (lab, b) => {
    for (const session of box(lab, b.box).screens.values()) session.type(b.text);
  }),
  /** The two units of a failover pair change their roles. */
  switchFailover: fault(onBox, (lab, b) => failoverOf(lab, b.box)[1].switchRoles()),
  /** A unit fails: its mate sees it so, and takes over. Put back, it is the standby. */
  failUnit: fault(flag, (lab, b) => {
    const [unit, pair] = failoverOf(lab, b.box);
    if (b.on) pair.fail(unit);
    else pair.recover(unit);
  }),
  leaveCluster: fault(flag, (lab, b) => {
    const unit = box(lab, b.box);
    if (!unit.cluster) throw new Error(`${b.box} is not a unit of a cluster`);
    if (b.on) unit.cluster.leave(unit);
    else unit.cluster.rejoin(unit);
  }),
  /** RPC between the box and its peers fails although both channels are up. */
  rpcFails: fault(flag, (lab, b) => {
    box(lab, b.box).troubles.rpcFails = b.on;
  }),
  /** Lines of sftunneld in /var/log/messages. */
  putLog: fault(onBox.extend({ text: z.string() }), (lab, b) => {
    const { sftunnel } = box(lab, b.box);
    for (const line of b.text.split('\n')) sftunnel?.log('ERROR', line);
  }),
  /** Two FTDs change their addresses. The FMC goes on with those that they were registered with. */
  swapAddresses: fault(
    z.strictObject({
      a: z.string(),
      b: z.string(),
      /** Host keys move with their boxes, or stay with the addresses as if somebody had copied them. */
      hostKeys: z.enum(['move', 'stay']).default('move'),
    }),
    async (lab, body) => {
      await lab.swapAddresses(box(lab, body.a), box(lab, body.b), body.hostKeys);
      return { knownHosts: lab.knownHosts() };
    },
  ),
  /** Applies another fault at the moment a line that fits the pattern is given to a shell of the box, before it runs; once. */
  onLine: fault(
    onBox.extend({
      pattern: z.string(),
      fault: z.string(),
      body: z.record(z.string(), z.unknown()).default({}),
    }),
    (lab, b) => {
      const then = faults[b.fault];
      if (!then) throw new Error(`no fault named ${b.fault}`);
      const parsed = then.schema.parse(b.body) as never;
      box(lab, b.box).onLine.push({
        pattern: new RegExp(b.pattern),
        apply: () => then.apply(lab, parsed),
      });
    },
  ),
  /** A jump host dies, or is back. */
  jumpHostDown: fault(z.strictObject({ name: z.string(), on: z.boolean().default(true) }), (lab, b) => {
    const jump = jumpHostOf(lab, b.name);
    return b.on ? jump.close() : jump.open();
  }),
  /** What it lets through, which password it takes. */
  jumpHost: fault(
    z.strictObject({
      name: z.string(),
      forwarding: z.enum(['allowed', 'prohibited']).optional(),
      maxChannels: z.number().int().optional(),
      password: z.string().optional(),
    }),
    (lab, b) => {
      const jump = jumpHostOf(lab, b.name);
      if (b.forwarding !== undefined) jump.forwarding = b.forwarding;
      if (b.maxChannels !== undefined) jump.maxChannels = b.maxChannels;
      if (b.password !== undefined) jump.password = b.password;
    },
  ),
  restartSftunnel: fault(onBox, (lab, b) => box(lab, b.box).sftunnel?.restart()),
};
