import { byCause } from './by-cause.ts';
import type { Finding, Plan, PlannedManager, WindowLook } from '../workflows/contract.ts';
import { asCertificate } from './format/certificate.ts';
import { byName } from './format/order.ts';
import { printable } from './format/printable.ts';
import { daysText, daysUntil, durationText, utc } from './format/time.ts';
import { isTooShort, lockoutText } from './lockout.ts';
import { overrideText, plannedRolloutLines, type RolloutLine } from './rollout.ts';

export type Verdict = 'go' | 'go-with-open-points' | 'no-go';

/** A point with the boxes it is about; none where it is about the run. */
export interface Point {
  readonly text: string;
  readonly boxes: readonly string[];
}

/** A stage of the night on the clock: milliseconds from the start, by the estimates of the runbook. */
export interface NightPhase {
  readonly title: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The point of no return lies in it or before it. */
  readonly isBeyond: boolean;
}

/** The page on which it is decided whether the night begins. All texts are harmless to show. */
export interface GoNoGo {
  readonly schemaVersion: 1;
  readonly kind: 'go-no-go';
  readonly verdict: Verdict;
  readonly runbook: string;
  readonly managers: readonly string[];
  readonly changeId: string | null;
  readonly lookedAt: string;
  /** What forbids it. */
  readonly against: readonly Point[];
  /** What somebody must know or settle, and what was accepted. */
  readonly open: readonly Point[];
  readonly proven: readonly { readonly text: string; readonly at: string }[];
  readonly assumed: readonly string[];
  readonly pointOfNoReturn: { readonly title: string; readonly path: string; readonly means: string } | null;
  readonly phases: readonly NightPhase[];
  readonly totalMs: number;
  readonly latest: {
    readonly text: string;
    /** The generation must have begun by then; null where no such time can be given. */
    readonly generateBy: string | null;
    readonly startBy: string | null;
  };
  /** Days left against the time that the run needs; null where the runbook says nothing of it. */
  readonly toLockout: string | null;
  /** What is begun in portions, and what holds it back. */
  readonly rollouts: readonly { readonly title: string; readonly lines: readonly RolloutLine[] }[];
  /** Windows or a budget that are not those of the site, and why. */
  readonly override: string | null;
  /** Devices that are cut off, or will be at their next reconnect. */
  readonly lockout: readonly Point[];
  readonly awake: readonly { readonly who: string; readonly for: string; readonly from: string }[];
  readonly switchOff: readonly { readonly what: string; readonly where: string; readonly why: string }[];
}

export interface GoNoGoOptions {
  readonly now: Date;
  /** End of the change window. */
  readonly until?: Date | undefined;
  /** What windows say now, as they are written. */
  readonly windowLook: (windows: string, takesMs: number) => WindowLook;
}

export const verdictLabel: Record<Verdict, string> = {
  go: 'GO',
  'go-with-open-points': 'GO, with open points',
  'no-go': 'NO-GO',
};

/** Decides from a plan alone; what it does not show is not known. Pure. */
export function goNoGo(plan: Plan, options: GoNoGoOptions): GoNoGo {
  const phases = nightPhases(plan);
  const totalMs = phases.at(-1)?.toMs ?? 0;
  const latest = latestTime(plan, phases, options);
  const findings = unique([...plan.findings, ...plan.devices.flatMap((device) => device.findings)]);
  const hard = findings.filter(({ severity }) => severity === 'block' || severity === 'accept');
  const against = [
    ...(plan.runnable ? [] : points(hard, plan)),
    ...(latest.isTooLate ? [{ text: latest.text, boxes: [] }] : []),
  ];
  const open = [
    ...(plan.runnable
      ? points(hard, plan).map(({ text, boxes }) => ({ text: `Accepted: ${text}`, boxes }))
      : []),
    ...points(
      findings.filter(({ severity }) => severity === 'warn'),
      plan,
    ),
    ...(plan.lockout !== undefined && isTooShort(plan.lockout, options.now)
      ? [{ text: lockoutText(plan.lockout, options.now), boxes: [] }]
      : []),
  ];
  const isRefused = !plan.runnable || against.length > 0;
  return {
    schemaVersion: 1,
    kind: 'go-no-go',
    verdict: isRefused ? 'no-go' : open.length > 0 ? 'go-with-open-points' : 'go',
    runbook: plan.runbook.name,
    managers: managersOf(plan).map(({ name }) => printable(name)),
    changeId: plan.outlook?.changeId === undefined ? null : printable(plan.outlook.changeId),
    lookedAt: plan.madeAt,
    against,
    open,
    proven: plan.steps
      .filter(({ status }) => status === 'seen')
      .map(({ title, note, at }) => ({
        text: printable(note === undefined ? title : `${title}: ${note}`),
        at: at ?? plan.madeAt,
      })),
    assumed: (plan.outlook?.assumed ?? []).map(printable),
    pointOfNoReturn:
      plan.outlook?.pointOfNoReturn === undefined
        ? null
        : {
            title: printable(plan.outlook.pointOfNoReturn.title),
            path: printable(plan.outlook.pointOfNoReturn.path),
            means: printable(plan.outlook.pointOfNoReturn.means),
          },
    phases,
    totalMs,
    latest: { text: latest.text, generateBy: latest.generateBy, startBy: latest.startBy },
    toLockout: plan.lockout === undefined ? null : lockoutText(plan.lockout, options.now),
    rollouts: (plan.rollouts ?? []).map((rollout) => ({
      title: printable(rollout.title),
      lines: plannedRolloutLines(rollout, options.windowLook, options.now),
    })),
    override: plan.override === undefined ? null : overrideText(plan.override),
    lockout: lockout(plan, options.now),
    awake: (plan.outlook?.awake ?? []).map((item) => ({
      who: printable(item.who),
      for: printable(item.for),
      from: printable(item.from),
    })),
    switchOff: (plan.outlook?.switchOff ?? []).map((item) => ({
      what: printable(item.what),
      where: printable(item.where),
      why: printable(item.why),
    })),
  };
}

/** The managers of a plan in the order in which they are dealt with, none where the runbook has none; older plans know one. */
export function managersOf(plan: Pick<Plan, 'manager' | 'managers'>): readonly PlannedManager[] {
  return plan.managers ?? [plan.manager];
}

function nightPhases({ outlook }: Plan): NightPhase[] {
  const point = outlook?.pointOfNoReturn?.path;
  let at = 0;
  let isBeyond = false;
  return (outlook?.phases ?? []).map(({ stage, title, ms }) => {
    isBeyond ||= point?.startsWith(`${stage}/`) === true;
    const fromMs = at;
    at += ms;
    return { title: printable(title), fromMs, toMs: at, isBeyond };
  });
}

interface Latest {
  readonly text: string;
  readonly generateBy: string | null;
  readonly startBy: string | null;
  readonly isTooLate: boolean;
}

/** What comes after the generation has begun must fit before the CA expires and before the window ends. */
function latestTime(plan: Plan, phases: readonly NightPhase[], { now, until }: GoNoGoOptions): Latest {
  const none = (text: string): Latest => ({ text, generateBy: null, startBy: null, isTooLate: false });
  if (plan.outlook?.pointOfNoReturn === undefined) return none('This plan generates nothing.');
  const first = phases.find(({ isBeyond }) => isBeyond);
  const total = phases.at(-1)?.toMs ?? 0;
  const beforeMs = first?.fromMs ?? 0;
  const afterMs = total - beforeMs;
  const expiry = firstExpiry(plan);
  const isExpired = expiry !== undefined && expiry.getTime() <= now.getTime();
  const end = [
    ...(isExpired || expiry === undefined ? [] : [expiry]),
    ...(until === undefined ? [] : [until]),
  ];
  const asap = isExpired
    ? `The CA has expired (${daysText(daysUntil(expiry.toISOString(), now))}): as soon as possible.`
    : '';
  if (end.length === 0)
    return none(asap === '' ? 'Not known: the expiry of the CA could not be read.' : asap);
  const limit = new Date(Math.min(...end.map((date) => date.getTime())));
  const by = new Date(limit.getTime() - afterMs);
  const why = limit === until || limit.getTime() === until?.getTime() ? 'the window ends' : 'the CA expires';
  const isTooLate = by.getTime() < now.getTime();
  const text = isTooLate
    ? `Too late: ${why} at ${utc(limit)}, and generation and delivery take about ${durationText(afterMs)} (estimate).`
    : `${utc(by)}: ${why} at ${utc(limit)}, and generation and delivery take about ${durationText(afterMs)} (estimate).`;
  return {
    text: [asap, text].filter((part) => part !== '').join(' '),
    generateBy: isTooLate ? null : by.toISOString(),
    startBy: isTooLate ? null : new Date(by.getTime() - beforeMs).toISOString(),
    isTooLate,
  };
}

function firstExpiry(plan: Plan): Date | undefined {
  const times = managersOf(plan).flatMap((manager) => {
    const at = Date.parse(asCertificate(manager.columns['oldCa'])?.notAfter ?? '');
    return Number.isNaN(at) ? [] : [at];
  });
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}

/** A CA that has expired cuts a device off at its next reconnect; so does a certificate of its own that has. */
function lockout(plan: Plan, now: Date): Point[] {
  const expired = new Map(
    managersOf(plan).map((manager) => {
      const notAfter = asCertificate(manager.columns['oldCa'])?.notAfter;
      return [manager.name, notAfter === undefined ? undefined : daysUntil(notAfter, now)];
    }),
  );
  const rows = plan.devices.flatMap((device) => {
    const ofCa = expired.get(device.manager ?? plan.manager.name);
    const own = device.columns['daysLeft'];
    const days = Math.min(ofCa ?? Infinity, typeof own === 'number' ? own : Infinity);
    if (days >= 0) return [];
    const text =
      device.columns['tunnel'] === 'up'
        ? `No time is left: ${daysText(days)}, the tunnel lives, and its next reconnect fails for good.`
        : `Locked out already: ${daysText(days)} and the tunnel is down.`;
    return [{ text, box: device.name }];
  });
  return grouped(rows);
}

function points(findings: readonly Finding[], { faults }: Pick<Plan, 'faults'>): Point[] {
  return grouped(
    byCause(findings).flatMap(({ finding: { code, text, fault }, boxes }) => {
      // What a known fault means is said once, in a section of its own.
      const known = code === 'KNOWN_FAULT' ? faults?.find(({ id }) => id === fault?.id) : undefined;
      const said = known === undefined ? text : `${known.title}: see the known faults.`;
      return boxes.map((box) => ({ text: said, box }));
    }),
  );
}

/** The same text once, with the names of all boxes it holds for. */
function grouped(rows: readonly { readonly text: string; readonly box: string }[]): Point[] {
  const boxes = new Map<string, { text: string; names: Set<string> }>();
  for (const { text, box } of rows) {
    const key = text.replaceAll(box, '');
    const own = boxes.get(key) ?? { text, names: new Set<string>() };
    own.names.add(printable(box));
    boxes.set(key, own);
  }
  return [...boxes.values()].map(({ text, names }) => ({
    text: printable(text),
    boxes: byName([...names].map((name) => ({ name }))).map(({ name }) => name),
  }));
}

function unique<Item>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}
