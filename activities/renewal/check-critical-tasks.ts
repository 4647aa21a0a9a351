import { fillCommand, parseGenerateOutput, parseOmniQuery, type RootShell } from '../../devices/index.ts';
import { spanText } from '../../language/index.ts';
import type { Finding } from '../../workflows/contract.ts';
import { beating, onBox, type Action } from '../action.ts';
import { boxClock } from '../box/posix.ts';
import { generateProfile } from './generator.ts';

/** Lines of a log that are looked at. */
const logLines = 60;

/** Fact `manager.tasks`. */
export interface TasksFact {
  /** The task table was read. */
  readonly known: boolean;
  /** No critical task is seen. Where nothing is known the script itself, which says so, is the judge. */
  readonly clear: boolean;
  readonly running: readonly RunningTask[];
  readonly text: string;
}

export interface RunningTask {
  readonly uuid: string;
  readonly title: string;
  /** ISO, by the FMC's clock. The table shows no age: the task is at least as old as this. */
  readonly firstSeen: string;
}

/**
 * Critical tasks that run on the FMC, from its task table where the site allows to read that undocumented table. `before` is what
 * this step saw the last time. What the logs say of a check that cannot pass at all becomes a finding.
 */
export const checkCriticalTasks: Action = async (input, deps) =>
  await beating(async () => {
    // A run that was begun with an earlier version of the runbook gives neither.
    const before = (input.params['before'] ?? {}) as Partial<TasksFact>;
    const isClassic = input.params['licence'] === 'classic';
    const box = input.target?.name ?? '';
    const { fact, hint } = await onBox(deps, input, input.target, async (shell) => ({
      fact: deps.settings.readTaskTable ? await readTable(shell, before.running ?? [], isClassic) : notRead,
      hint: isClassic ? undefined : await licenceHint(shell),
    }));
    const findings: Finding[] =
      hint === undefined ? [] : [{ code: 'GENERATE_CRITICAL_TASK', severity: 'warn', text: hint, box }];
    return {
      facts: { ...fact, running: fact.running.map((task) => ({ ...task })) },
      // A poll looks often; the plan and the first look have said it.
      findings: before.running === undefined ? findings : [],
      note: fact.text,
    };
  });

const notRead: TasksFact = {
  known: false,
  clear: true,
  running: [],
  text: 'not looked at: the task table is undocumented and reading it is not switched on; generate_certs.pl itself is the judge',
};

async function readTable(
  shell: RootShell,
  before: readonly RunningTask[],
  isClassic: boolean,
): Promise<TasksFact> {
  const { output } = await shell.run(fillCommand(shell.profile, 'runningTasks'), { anyStatus: true });
  const { rows, isReadable } = parseOmniQuery(output);
  if (!isReadable)
    return { ...notRead, text: 'the task table could not be read; generate_certs.pl itself is the judge' };
  const now = await boxClock(shell);
  const { tasks } = generateProfile(shell);
  const running: RunningTask[] = [];
  const others: string[] = [];
  for (const row of rows) {
    const said = Object.values(row).join(' ');
    const task = tasks.find(
      ({ row: pattern }) => pattern !== undefined && new RegExp(pattern, 'i').test(said),
    );
    const uuid = row['hex(uuid)'] ?? said;
    if (task === undefined || (isClassic && task.neverWithClassic)) others.push(said);
    else
      running.push({
        uuid,
        title: task.title,
        firstSeen: before.find((seen) => seen.uuid === uuid)?.firstSeen ?? new Date(now).toISOString(),
      });
  }
  const also = others.length === 0 ? '' : `not critical: ${others.join('; ').slice(0, 300)}`;
  const texts = running.map((task) => taskText(task, now));
  return {
    known: true,
    clear: running.length === 0,
    running,
    text: [...texts, ...(running.length === 0 ? ['no critical task runs'] : []), also]
      .filter((text) => text !== '')
      .join('; '),
  };
}

/** `VDB update (task 0A1B…), running for at least 3 h 10 min, first seen …`. */
export function taskText({ title, uuid, firstSeen }: RunningTask, now: number): string {
  return `${title} (task ${uuid}), running for at least ${spanText(now - Date.parse(firstSeen))}, first seen ${firstSeen}`;
}

/** Does a log say that the check can never pass here: the last generation was refused for it, or the Smart Agent is not registered? */
async function licenceHint(shell: RootShell): Promise<string | undefined> {
  const generate = generateProfile(shell);
  const tail = async (command: string): Promise<string> =>
    (await shell.run(fillCommand(shell.profile, command, { lines: logLines }), { anyStatus: true })).output;
  const { refusals, succeeded } = parseGenerateOutput(await tail('generatorLogTail'), generate);
  const refused = refusals.find(({ task }) => task === 'smart-agent');
  const pattern = shell.profile.patterns['smartAgentState'];
  const state =
    pattern === undefined
      ? undefined
      : [...(await tail('smartAgentTail')).matchAll(new RegExp(pattern, 'g'))].at(-1)?.groups?.['state'];
  const remedy = generate.tasks.find(({ id }) => id === 'smart-agent')?.remedy ?? '';
  if (refused !== undefined && !succeeded)
    return `An earlier generate_certs.pl was refused: ${refused.line}. ${remedy}`;
  return state === undefined || state === 'REGISTERED'
    ? undefined
    : `The Smart Agent was last seen as ${state}: generate_certs.pl will refuse. ${remedy}`;
}
