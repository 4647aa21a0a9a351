import { beating, onBox, type Action } from '../action.ts';
import { boxClock } from '../box/posix.ts';
import type { Finding } from '../../workflows/contract.ts';
import type { CaFact } from './facts.ts';
import { readManagerCa, summariseCa } from './manager-ca.ts';

const dayMs = 86_400_000;

/** The InternalCA of the FMC, judged by the FMC's own clock: expired, how many days are left, renewed just now. */
export const readInternalCa: Action = async (input, deps) =>
  await beating(async () => {
    const adoptWithinDays = Number(input.params['adoptWithinDays'] ?? 30);
    const fact = await onBox(deps, input, input.target, async (shell): Promise<CaFact> => {
      const { ca } = await readManagerCa(shell);
      const now = await boxClock(shell);
      const summary = summariseCa(ca, now);
      return {
        fingerprint: ca.fingerprint256,
        notBefore: ca.notBefore,
        notAfter: ca.notAfter,
        daysLeft: summary.daysLeft,
        expired: now > Date.parse(ca.notAfter),
        fresh: now - Date.parse(ca.notBefore) < adoptWithinDays * dayMs,
        summary,
      };
    });
    const findings = fact.fresh ? [takenOver(fact, input.target?.name ?? '')] : [];
    return { facts: { ...fact, summary: { ...fact.summary } }, findings, note: verdict(fact) };
  });

function takenOver(ca: CaFact, box: string): Finding {
  return {
    code: 'GENERATE_CA_CHANGED',
    severity: 'warn',
    box,
    text: `The InternalCA was made on ${ca.notBefore} and not by this run: it is taken over, and no other one is made. Every device is checked against it.`,
  };
}

/** The three answers of the procedure, section 2. */
function verdict(ca: CaFact): string {
  if (ca.expired)
    // -1 is the first day after: expired 0 whole days ago.
    return `InternalCA expired ${String(-ca.daysLeft - 1)} days ago: act at once if tunnels still live.`;
  if (ca.daysLeft <= 30) return `InternalCA: ${String(ca.daysLeft)} days left: renew as soon as possible.`;
  return `InternalCA: ${String(ca.daysLeft)} days left.${ca.fresh ? ' It was made just recently and is taken over.' : ''}`;
}
