import { fillCommand, parseHaStatus, type HaStatus, type RootShell } from '../../devices/index.ts';
import type { Json } from '../../language/json.ts';
import type { Finding, TargetRef } from '../../workflows/contract.ts';
import { beating, objectParam, onBox, type Action } from '../action.ts';
import { listFolder } from '../box/posix.ts';
import type { PairFact, ResultFact } from './facts.ts';
import { profilePath } from '../box/profile-path.ts';
import { readManagerCa } from './manager-ca.ts';

/** A manager of the run, as `managers` has it. */
type Known = TargetRef & {
  readonly ca?: { readonly fingerprint: string };
  readonly result?: ResultFact;
};

/** One FMC as it is now. */
interface Look {
  readonly fingerprint: string;
  readonly peers: readonly string[];
  /** Undefined where reading it is not switched on. */
  readonly status: HaStatus | undefined;
}

/**
 * Reads what this FMC and the other one of its pair say of themselves: roles, sync, CA. The first look makes findings; later
 * ones get it as `before` and list what has changed since, so that the run can stop before it begins on this FMC.
 */
export const readPairState: Action = async (input, deps) =>
  await beating(async () => {
    const managers = objectParam<readonly Known[]>(input, 'managers');
    const before = input.params['before'] as Partial<PairFact> | undefined;
    const own = managers.find(({ uuid }) => uuid === input.target?.uuid);
    const others = managers.filter((candidate) => candidate !== own);
    const read = async (target: TargetRef | undefined): Promise<Look> =>
      await onBox(deps, input, target, async (shell) => await lookAt(shell, deps.settings.readHaStatus));
    const here = await read(input.target);
    const other = others.find(({ uuid }) => uuid !== undefined && here.peers.includes(uuid.toLowerCase()));
    const there = other === undefined ? undefined : await read(other);
    const { status } = here;
    const isPair = other !== undefined || status?.enabled === true;
    const role = !isPair ? 'standalone' : status === undefined ? 'unknown' : status.role;
    const fact: PairFact = {
      isPair,
      known: !isPair || (status !== undefined && status.role !== 'unknown' && status.state !== 'unknown'),
      role,
      state: status?.state ?? 'unknown',
      // Where nobody may read the roles the order of the inventory counts, which is Cisco's: the primary first.
      rank:
        role === 'unknown' || role === 'standalone'
          ? managers.findIndex((m) => m === own)
          : role === 'primary'
            ? 0
            : 1,
      other: other?.name ?? '',
      otherUuid: other?.uuid ?? '',
      troubles: [here, there].flatMap((look, at) => troublesOf(look, (at === 0 ? own : other)?.name ?? '')),
      surprises: [
        ...surprisesOf(own, here),
        ...surprisesOf(other, there),
        ...(before?.role !== undefined &&
        (before.role !== role || before.state !== (status?.state ?? 'unknown'))
          ? [
              `${own?.name ?? ''} was ${before.state ?? ''} ${before.role} and is ${status?.state ?? 'unknown'} ${role}`,
            ]
          : []),
      ],
    };
    return {
      facts: { ...fact, troubles: [...fact.troubles], surprises: [...fact.surprises] } as Json,
      findings: before?.role === undefined ? findingsOf(fact, input.target?.name ?? '', others) : [],
      note: describe(fact),
    };
  });

async function lookAt(shell: RootShell, readStatus: boolean): Promise<Look> {
  const { ca } = await readManagerCa(shell);
  const peers = (await listFolder(shell, profilePath(shell, 'peersRoot'))).map((name) => name.toLowerCase());
  if (!readStatus) return { fingerprint: ca.fingerprint256, peers, status: undefined };
  const { output } = await shell.run(fillCommand(shell.profile, 'haStatus'), {
    anyStatus: true,
    timeoutMs: shell.profile.timeouts['haStatus'] ?? 120_000,
  });
  const { haEnabled, haRole, haTrouble } = shell.profile.patterns;
  const status = parseHaStatus(output, {
    enabled: haEnabled ?? '(?!)',
    role: haRole ?? '(?!)',
    trouble: haTrouble ?? '(?!)',
  });
  return { fingerprint: ca.fingerprint256, peers, status };
}

/** What must not be so before anything is begun: the primary is not active, or the pair does not call itself whole. */
function troublesOf(look: Look | undefined, name: string): string[] {
  const status = look?.status;
  if (status === undefined) return [];
  const isTurned =
    (status.role === 'primary' && status.state !== 'active') ||
    (status.role === 'secondary' && status.state !== 'standby');
  return [
    ...(isTurned
      ? [`${name} is ${status.state} and ${status.role}: the primary must be the active one`]
      : []),
    ...(status.enabled === false ? [`${name} says that it is in no pair`] : []),
    ...status.troubles.map((line) => `${name}: ${line.slice(0, 200)}`),
  ];
}

/** The CA is the planned one, or the one that this run has made since. */
function surprisesOf(manager: Known | undefined, look: Look | undefined): string[] {
  if (manager === undefined || look === undefined) return [];
  const expected = manager.result?.ca?.fingerprint ?? manager.ca?.fingerprint;
  return expected === undefined || expected === look.fingerprint
    ? []
    : [`the InternalCA of ${manager.name} is ${look.fingerprint}, not ${expected}`];
}

function findingsOf(fact: PairFact, box: string, others: readonly Known[]): Finding[] {
  const finding = (code: string, severity: Finding['severity'], text: string): Finding => ({
    code,
    severity,
    text,
    box,
  });
  if (others.length > 0 && fact.other === '')
    return [
      finding(
        'INPUT_INVALID',
        'block',
        `${others.map(({ name }) => name).join(', ')} is no peer of ${box}: these are not one pair. Give each FMC an inventory of its own.`,
      ),
    ];
  if (!fact.isPair) return [];
  if (fact.other === '')
    return [
      finding(
        'PAIR_NOT_READY',
        'accept',
        `${box} (${fact.role}) belongs to a pair, and the other FMC is not in the inventory: only this side would be renewed. Cisco's order is the primary first.`,
      ),
    ];
  if (fact.troubles.length > 0)
    return [
      finding(
        'PAIR_NOT_READY',
        'block',
        `${fact.troubles.join('; ')}. Mend the pair first, with Cisco TAC where it does not come right; this program never switches roles.`,
      ),
    ];
  // Once for the pair is enough.
  return fact.known || fact.rank > 0
    ? []
    : [
        finding(
          'PAIR_NOT_READY',
          'warn',
          `Roles and sync of the pair ${box} and ${fact.other} are not known: ${fact.role === 'unknown' ? 'reading them is not switched on (setting readHaStatus), or their text cannot be read' : 'their text cannot be read'}. The first FMC of the inventory is taken for the primary, and the run asks for confirmation before each of the two.`,
        ),
      ];
}

function describe(fact: PairFact): string {
  if (!fact.isPair) return 'stands alone';
  const place = fact.known ? `${fact.state} ${fact.role}` : 'role not known';
  const problems = [...fact.troubles, ...fact.surprises];
  return `pair with ${fact.other === '' ? 'an FMC that is not in the inventory' : fact.other}, ${place}${problems.length === 0 ? '' : `: ${problems.join('; ')}`}`;
}
