import { fillTemplate, shellQuote } from '../../devices/index.ts';
import { beating, onBox, type Action } from '../action.ts';
import { dropLock, isOwnOrDead, lockOwner } from '../box/lock.ts';
import { staleFolders } from '../box/stale-folders.ts';
import { csvFolder } from './copy-from-manager.ts';
import { isUnderWay, keepAliveById, keepAliveValues, lockFolder, newestAttempt } from './generator.ts';

/**
 * Removes from the FMC the lock and the attempt's files of this run and of earlier ones of its id, and the working folders of
 * sessions that died. The copy of the old CA stays. An attempt that is under way keeps its lock.
 */
export const tidyManager: Action = async (input, deps) =>
  await beating(async () => {
    const note = await onBox(deps, input, input.target, async (shell) => {
      for (const path of await staleFolders(shell)) await shell.run(`rm -rf ${shellQuote(path)}`);
      // What a worker that was killed between the login and the script of a copy may have left: nothing of this run copies any more.
      await shell.run(`rm -rf ${shellQuote(csvFolder(shell, input.run, ''))}*`);
      const lock = lockFolder(shell);
      if (!isOwnOrDead(await lockOwner(shell, lock), input.run))
        return 'No lock of this run lies on the FMC.';
      const attempt = await newestAttempt(shell);
      if (attempt !== undefined) {
        if (await isUnderWay(shell, attempt)) return `generate_certs.pl is under way; ${lock} stays.`;
        const way = keepAliveById(shell, attempt.keepAlive);
        await shell.run(fillTemplate(way.stop, keepAliveValues(attempt)), { anyStatus: true });
      }
      await dropLock(shell, lock);
      return 'Working files of the run removed from the FMC; the copy of its old CA stays.';
    });
    return { facts: {}, note };
  });
