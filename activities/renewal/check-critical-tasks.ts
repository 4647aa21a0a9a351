import { fillCommand, parseOmniQuery } from '../../devices/index.ts';
import { beating, onBox, type Action } from '../action.ts';

/**
 * Critical tasks that run on the FMC, from its task table where the site allows to read that undocumented table. Where it does
 * not, nothing is known before the script itself is asked, and it says so: the script is the last judge in any case.
 */
export const checkCriticalTasks: Action = async (input, deps) =>
  await beating(async () => {
    if (!deps.settings.readTaskTable) {
      const text =
        'not looked at: the task table is undocumented and reading it is not switched on; generate_certs.pl itself is the judge';
      return { facts: { known: false, clear: true, running: [], text }, note: text };
    }
    const facts = await onBox(deps, input, input.target, async (shell) => {
      const { output } = await shell.run(fillCommand(shell.profile, 'runningTasks'), { anyStatus: true });
      const table = parseOmniQuery(output);
      const running = table.rows.map((row) => Object.values(row).join(' '));
      const isReadable = table.isReadable;
      const text = !isReadable
        ? 'the task table could not be read'
        : running.length === 0
          ? 'no task runs'
          : `running: ${running.join('; ')}`;
      return { known: isReadable, clear: !isReadable || running.length === 0, running, text };
    });
    return { facts, note: facts.text };
  });
