import { fillTemplate, shellQuote } from '../../devices/index.ts';
import { beating, objectParam, onBox, type Action } from '../action.ts';
import { dropLock, lockOwner, ownerLine } from '../box/lock.ts';
import type { LaunchFact } from './facts.ts';
import { keepAliveById, keepAliveValues, lockFolder } from './generator.ts';

/** Removes the lock and the attempt's files of this run from the FMC. The copy of the old CA stays. */
export const tidyManager: Action = async (input, deps) =>
  await beating(async () => {
    const launch = objectParam<LaunchFact>(input, 'launch');
    await onBox(deps, input, input.target, async (shell) => {
      const lock = lockFolder(shell);
      if ((await lockOwner(shell, lock)) !== ownerLine(input.run)) return;
      const way = keepAliveById(shell, launch.keepAlive);
      await shell.run(fillTemplate(way.stop, keepAliveValues(launch)), { anyStatus: true });
      await shell.run(`test -d ${shellQuote(lock)}`);
      await dropLock(shell, lock);
    });
    return {
      facts: {},
      note: 'Working files of the run removed from the FMC; the copy of its old CA stays.',
    };
  });
