import type { StepContext } from './context.ts';

/** How often to look and how long to wait, as the runbook writes it. */
interface Paced {
  readonly every: string;
  readonly limit: string;
  readonly settings?: 'criticalTasks' | undefined;
}

/** The runbook's own pace, where the site's settings file says nothing else. */
export function paceOf(
  { every, limit, settings }: Paced,
  context: StepContext,
): Pick<Paced, 'every' | 'limit'> {
  const site = settings === undefined ? undefined : context.envelope('').settings?.[settings];
  return { every: site?.every ?? every, limit: site?.limit ?? limit };
}
