import { asRunbookError, RunbookError } from '../../errors/index.ts';
import { fillCommand, shellQuote, type RootShell } from '../../devices/index.ts';
import type { ActionInput, RunRef } from '../../workflows/contract.ts';
import { beating, objectParam, onBox, pause, textParam, type Action } from '../action.ts';
import type { ActivityDeps } from '../deps.ts';
import { ownerLine } from '../box/lock.ts';
import { boxClock } from '../box/posix.ts';
import type { LookFact, MissedFact, ResultFact } from './facts.ts';
import { issuedTo } from './issued-files.ts';
import { profilePath } from '../box/profile-path.ts';
import { seenByManager } from './seen-by-manager.ts';

/** Folder on the FMC that holds a CSV with a password for as long as the script runs; without a device the beginning of all of a run. */
export const csvFolder = (shell: RootShell, run: RunRef, deviceUuid: string): string =>
  `${profilePath(shell, 'privateRoot')}/copy-${run.runId.slice(0, 8)}-${deviceUuid.slice(0, 8)}`;

/**
 * Has the FMC a way to the device that the engine has not, and the script to use it? Opens a connection from the FMC's root shell and
 * tries no login. A "no" for whatever reason only means that the ladder has one rung less.
 */
export async function canCopyFromManager(deps: ActivityDeps, input: ActionInput): Promise<boolean> {
  const { target, manager } = input;
  if (target?.entry === undefined || manager === undefined) return false;
  try {
    const { host, port } = await deps.endpoint(input, target.entry, target.family);
    return await onBox(deps, input, manager, async (shell) => {
      const script = shell.profile.paths['copyScript'];
      if (script === undefined || shell.profile.commands['reachPort'] === undefined) return false;
      const tests = [
        `test -x ${shellQuote(script)}`,
        fillCommand(shell.profile, 'reachPort', { host, port }),
      ];
      return (await shell.run(tests.join(' && '), { anyStatus: true })).status === 0;
    });
  } catch (thrown) {
    if (asRunbookError(thrown).code === 'ENGINE_INTERNAL') throw thrown;
    return false;
  }
}

/**
 * Rung 3 of the ladder: the FMC's own script copies the device's set to it over SSH. The login goes to the FMC in a CSV for this one
 * device (root, 0600) that is gone whatever ends the script. What the script says is no proof: the FMC's view of the tunnel is, or
 * nothing is proven and the facts say `reported`.
 */
export const copyCertsFromManager: Action = async (input, deps) =>
  await beating(async (progress) => {
    const result = objectParam<ResultFact>(input, 'result');
    const missed = objectParam<Partial<MissedFact>>(input, 'missed');
    const look = objectParam<LookFact>(input, 'look');
    textParam(input, 'managerUuid');
    const { target } = input;
    const uuid = target?.uuid;
    if (target?.entry === undefined || uuid === undefined)
      throw new RunbookError('ENGINE_INTERNAL', 'copyCertsFromManager needs a listed device with a UUID.');
    const endpoint = await deps.endpoint(input, target.entry, target.family);
    const password = await endpoint.credential.password();
    const hide = (text: string): string => (password === '' ? text : text.replaceAll(password, '********'));

    progress('what was issued');
    const copied = await onBox(deps, input, input.manager, async (shell) => {
      await issuedTo(shell, { result, missed, deviceUuid: uuid, name: target.name });
      const at = await boxClock(shell);
      progress(`copy_sftunnel_certs.py for ${target.name}`);
      const row = [target.name, endpoint.host, endpoint.credential.username, password];
      return { at, ...(await runScript(shell, input, row, hide)) };
    });

    const until = deps.now() + (look.up ? 0 : deps.settings.verifyParkAfterMs);
    for (;;) {
      const seen = await onBox(deps, input, input.manager, (shell) => seenByManager(shell, uuid, copied.at));
      if (seen.fresh || copied.status !== 0 || deps.now() >= until) {
        const state = seen.fresh ? 'new' : copied.status === 0 ? 'reported' : 'unseen';
        const text = {
          new: `The FMC copied the files to ${target.name}, and its tunnel came up after that.`,
          reported: `The script on the FMC says that it copied the files to ${target.name}; the tunnel has not come up since, and nobody has looked at them.`,
          unseen: `The script on the FMC did not deliver to ${target.name} (status ${String(copied.status)}): ${copied.said}`,
        }[state];
        return {
          facts: {
            state,
            rung: 'fmc',
            fresh: seen.fresh,
            text,
            tunnel: seen.up ? 'up' : 'down',
            said: copied.said,
          },
          note: text,
        };
      }
      progress(`waiting for the tunnel of ${target.name}`);
      await pause(deps.settings.verifyEveryMs);
    }
  });

/** Runs the script for one row, with the row in a private folder that goes in every case. */
async function runScript(
  shell: RootShell,
  input: ActionInput,
  row: readonly string[],
  hide: (text: string) => string,
): Promise<{ status: number; said: string }> {
  const folder = csvFolder(shell, input.run, input.target?.uuid ?? '');
  const quoted = shellQuote(folder);
  const root = shellQuote(profilePath(shell, 'privateRoot'));
  await shell.run(
    `mkdir -p ${root} && chmod 700 ${root} && rm -rf ${quoted} && mkdir -m 700 ${quoted} && printf '%s\\n' ${shellQuote(ownerLine(input.run))} > ${quoted}/owner`,
  );
  const csv = Buffer.from(`${row.map(csvCell).join(',')}\n`);
  try {
    await shell.writeFile(`${folder}/devices.csv`, csv, { secret: true });
    const { status, output } = await shell.run(fillCommand(shell.profile, 'copyCertificates', { folder }), {
      anyStatus: true,
      timeoutMs: shell.profile.timeouts['copyCertificates'] ?? 600_000,
    });
    return { status, said: hide(output).trim().slice(-300) };
  } catch (thrown) {
    // The session knows the secrets of its own login only; what it shows may hold this one.
    if (thrown instanceof RunbookError) {
      const hidden = Object.fromEntries(
        Object.entries(thrown.context).map(([key, value]) => [
          key,
          typeof value === 'string' ? hide(value) : value,
        ]),
      );
      throw new RunbookError(thrown.code, hide(thrown.message), {
        ...hidden,
        state: 'The script on the FMC may have copied files to the device; its CSV goes with the session.',
      });
    }
    throw thrown;
  } finally {
    csv.fill(0);
    await shell.run(`rm -rf ${quoted}`, { anyStatus: true }).catch(() => undefined);
  }
}

/** A cell as csv readers take it; quoted only where it must be, since nobody knows how the script reads its file. */
export function csvCell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
