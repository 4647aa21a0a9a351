import { RunbookError } from '../../../errors/index.ts';
import type { StartedBy } from '../../../workflows/contract.ts';
import type { Session } from '../../client/session.ts';
import type { StartedRun } from '../../client/start-once.ts';
import type { GlobalOptions } from '../../main.ts';
import { commandLine } from '../../../report/index.ts';
import { viewOf } from '../../output/view.ts';
import { say } from './print.ts';

export interface Terminal {
  readonly output: GlobalOptions['output'];
  readonly mayAsk: boolean;
}

interface Yes {
  readonly plan?: string | undefined;
  readonly yes?: boolean | undefined;
}

/**
 * Before anything is read or looked at: is there anybody, or anything, that can say yes?
 * @throws RunbookError INPUT_MISSING
 */
export function refuseWithoutYes({ plan, yes }: Yes, { mayAsk }: Terminal, planCommand: string): void {
  if (plan !== undefined || yes === true || mayAsk) return;
  throw new RunbookError('INPUT_MISSING', 'Nobody can be asked here, and nothing says yes to the plan.', {
    remedy: `Look at \`${planCommand}\` and give the file by --plan FILE, or say --yes to accept the plan unseen.`,
  });
}

/** The yes, and how it was given; undefined: no, which is said. `page`: what is agreed to, for one who has no plan file. */
export async function consent(
  { plan, yes }: Yes,
  { mayAsk }: Terminal,
  page: () => string,
): Promise<StartedBy['approval'] | undefined> {
  if (yes === true) return 'unattended';
  // Who names the plan file on a terminal has looked at it; elsewhere nobody did at this moment.
  if (plan !== undefined) return mayAsk ? 'interactive' : 'unattended';
  const { question } = await import('./ask.ts');
  const answer = await question(`\n${page()}\n\nType yes to begin: `);
  if (answer.trim().toLowerCase() === 'yes') return 'interactive';
  say('Not started; nothing was touched.');
  process.exitCode = 3;
  return undefined;
}

/** Says that a run has begun, or was going on already, and how to come back to it. */
export function tellStarted({ workflowId, attached }: StartedRun, session: Session): void {
  const { program } = viewOf(process.stderr);
  say(
    attached
      ? `${workflowId} is running already; following it.`
      : `Started. Ctrl-C only detaches; come back with\n  ${commandLine(program, ['watch', workflowId])}`,
  );
  if (session.uiUrl !== undefined) say(`In the Temporal UI\n  ${uiLink(session, workflowId)}`);
}

function uiLink(session: Pick<Session, 'uiUrl' | 'namespace'>, workflowId: string): string {
  return `${session.uiUrl ?? ''}/namespaces/${encodeURIComponent(session.namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
