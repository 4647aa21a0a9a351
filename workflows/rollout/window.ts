import { durationMs } from '../../language/duration.ts';
import type { Stage } from '../../language/runbook.ts';
import { callAction } from '../activity-call.ts';
import type { PlanInput, RunRef, WindowLook } from '../contract.ts';
import { readFailure } from '../failure.ts';
import { nowIso } from '../instant.ts';
import { windowsGiven } from './given.ts';
import type { WindowAnswer } from './limits.ts';

/** Looks when a device of the stage may be begun. Outside of the workflow: cron and zones are not ours to compute twice. */
export async function lookAtWindow(
  { run, input }: { readonly run: RunRef; readonly input: PlanInput },
  stage: Stage,
  at: { readonly path: string; readonly attempt: number },
): Promise<WindowAnswer> {
  try {
    const { facts } = await callAction('maintenanceWindow', {
      run,
      inventory: input.inventory,
      step: `${at.path}/window`,
      attempt: at.attempt,
      params: {
        look: {
          windows: windowsGiven(stage.rollout, input.options.inputs),
          at: nowIso(),
          takesMs: durationMs(stage.takes?.perDevice ?? '0s'),
        },
      },
    });
    return facts as unknown as WindowLook;
  } catch (thrown) {
    return { kind: 'unread', text: readFailure(thrown).text };
  }
}

/** May a device be begun at this time, by what was seen? Undefined: it has to be looked again. */
export function isOpenAt(look: WindowAnswer | undefined, now: number): boolean | undefined {
  if (look === undefined) return undefined;
  if (look.kind !== 'window') return look.kind === 'always';
  if (now > Date.parse(look.lastStart)) return undefined;
  return now >= Date.parse(look.opens);
}
