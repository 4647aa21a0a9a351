import { RunbookError } from '../../errors/index.ts';
import { readBoxIdentity } from '../../devices/index.ts';
import { beating, onBox, type Action } from '../action.ts';
import { faultFinding, faultsInLog, knownFault } from '../box/known-faults.ts';
import { boxClock, freeKb } from '../box/posix.ts';
import { profilePath } from '../box/profile-path.ts';

/** Identity, clock and free space of the FMC, and what its log shows of known faults. */
export const readIdentity: Action = async (input, deps) =>
  await beating(async () => {
    const { facts, met } = await onBox(deps, input, input.target, async (shell) => {
      const identity = await readBoxIdentity(shell);
      const clock = await boxClock(shell);
      const met = await faultsInLog(shell, clock);
      const facts = {
        uuid: identity.uuid,
        hostname: identity.hostname === '' ? (input.target?.name ?? '') : identity.hostname,
        model: identity.model,
        version: identity.version,
        // Hotfixes are made per train: the first two numbers.
        train: /^\d+\.\d+/.exec(identity.version)?.[0] ?? identity.version,
        skewSeconds: Math.round((clock - deps.now()) / 1000),
        freeKb: (await freeKb(shell, profilePath(shell, 'workRoot').replace(/\/[^/]+$/, ''))) ?? null,
        fileWay: await shell.fileWay(),
      };
      return { facts, met };
    });
    const box = { name: input.target?.name ?? '', uuid: facts.uuid };
    return {
      facts,
      // What keeps the script from its work has to be accepted by name before a run.
      findings: met.map((match) =>
        faultFinding(match, box, match.fault.blocks.includes('generate') ? 'accept' : 'warn'),
      ),
      faults: met.map(({ fault }) => knownFault(fault)),
      note: `${facts.hostname}, ${facts.model} ${facts.version}, ${facts.freeKb === null ? 'free space not known' : `${String(Math.round(facts.freeKb / 1024))} MB free`}`,
    };
  });

/** Asks an entry of the inventory what it is. Never fails for a reason of the box: what it said, or why it did not, is the answer. */
export const identifyEntry: Action = async (input, deps) =>
  await beating(async () => {
    const target = input.target;
    if (target === undefined) throw new RunbookError('ENGINE_INTERNAL', 'identifyEntry needs an entry.');
    const name = target.name;
    const identity = await onBox(deps, input, target, readBoxIdentity);
    if (identity.family === '' || identity.uuid === '') {
      throw new RunbookError(
        'DEVICE_FAMILY_UNKNOWN',
        `${name} says of itself: model "${identity.model}", UUID "${identity.uuid}"; no profile knows that.`,
        {
          device: name,
          address: target.address,
        },
      );
    }
    return {
      facts: { ...identity },
      note: `${name} is a ${identity.kind}, ${identity.uuid}, ${identity.model} ${identity.version}`,
    };
  });
