import type { RootShell } from '../../devices/index.ts';
import type { Finding } from '../../workflows/contract.ts';
import { beating, onBox, type Action } from '../action.ts';
import { isOwnOrDead, lockOwner, ownerLine } from '../box/lock.ts';
import { staleFolders } from '../box/stale-folders.ts';
import type { LaunchFact } from './facts.ts';
import { isUnderWay, lockFolder, newestAttempt, runningGenerators } from './generator.ts';

interface Found {
  /** Process lines of generate_certs.pl. */
  readonly running: readonly string[];
  /** The attempt of the lock that is still under way. */
  readonly attempt: LaunchFact | undefined;
  readonly lock: string;
  /** Owner's line of the lock; undefined when there is none. */
  readonly owner: string | undefined;
  readonly stale: readonly string[];
}

/**
 * What goes on or lies on the FMC of a generation, whoever began it. `running`: generate_certs.pl runs. `foreign`: it runs and
 * this run cannot follow it, since neither it nor an earlier run of its id has started it.
 */
export const findGeneration: Action = async (input, deps) =>
  await beating(async () => {
    const found = await onBox(deps, input, input.target, lookAt);
    const running = found.running.length > 0 || found.attempt !== undefined;
    const canFollow = found.attempt !== undefined && isOwnOrDead(found.owner, input.run);
    const text = describe(found);
    const isOwn = found.owner === ownerLine(input.run);
    return {
      facts: { running, foreign: running && !canFollow, text },
      findings: findingsOf(found, isOwn, input.target?.name ?? ''),
      note: text,
    };
  });

async function lookAt(shell: RootShell): Promise<Found> {
  const lock = lockFolder(shell);
  const owner = await lockOwner(shell, lock);
  const attempt = owner === undefined ? undefined : await newestAttempt(shell);
  return {
    running: await runningGenerators(shell),
    attempt: attempt !== undefined && (await isUnderWay(shell, attempt)) ? attempt : undefined,
    lock,
    owner,
    stale: await staleFolders(shell),
  };
}

function describe({ running, attempt, owner }: Found): string {
  const lines = running
    .map((line) => line.trim())
    .join('; ')
    .slice(0, 300);
  if (attempt !== undefined)
    return `started by the run ${owner ?? ''} at ${attempt.startedAt} under ${attempt.keepAlive}, session ${attempt.session}${lines === '' ? '' : `: ${lines}`}`;
  return lines === '' ? 'generate_certs.pl does not run' : lines;
}

function findingsOf(found: Found, isOwn: boolean, box: string): Finding[] {
  const warn = (code: string, text: string): Finding => ({ code, severity: 'warn', box, text });
  const findings: Finding[] = [];
  const { attempt, lock, owner, running, stale } = found;
  if (attempt !== undefined && !isOwn)
    findings.push(
      warn(
        'GENERATE_ALREADY_RUNNING',
        `generate_certs.pl is under way, ${describe(found)}. If that run is over, the next one of its id takes the lock over: it follows the script while the CA is the old one, and waits for its end where the new one is there. Nothing is started beside it.`,
      ),
    );
  else if (attempt === undefined && running.length > 0)
    findings.push(
      warn(
        'GENERATE_ALREADY_RUNNING',
        `generate_certs.pl is running, and no run of this product has started it: ${describe(found)}. The run waits for its end before it goes on; leave it alone. If it makes a new CA before the run has begun, make a new plan; it takes over what is there.`,
      ),
    );
  if (attempt === undefined && owner !== undefined && !isOwn)
    findings.push(
      warn(
        'DELIVERY_LOCKED',
        `A lock of the run ${owner === '' ? '(without an owner)' : owner} lies there (${lock}) and nothing of it is under way. A later run of the same id takes it over and removes it at its end.`,
      ),
    );
  if (stale.length > 0)
    findings.push(
      warn(
        'DELIVERY_LOCKED',
        `Working folders of sessions that died lie there, older than a day: ${stale.join(', ')}. The run removes them at its end.`,
      ),
    );
  return findings;
}
