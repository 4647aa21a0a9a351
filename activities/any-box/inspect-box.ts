import { asRunbookError } from '../../errors/index.ts';
import { readBoxIdentity } from '../../devices/index.ts';
import { inspectParameters } from '../../language/parameters.ts';
import type { Finding } from '../../workflows/contract.ts';
import { beating, lookAtBox, type Action } from '../action.ts';
import { boxClock, freeKb } from '../box/posix.ts';
import { parametersOf } from './parameters.ts';

/** A certificate that is valid from now on is refused by a box that is so far behind. */
const tolerableSkewSeconds = 300;

/** Looks at a box before the night: route, host key, login, root, what it is, room, clock, and that a secret file would arrive. */
export const inspectBox: Action = async (input, deps) =>
  await beating(async () => {
    const { room } = parametersOf(inspectParameters, input);
    const name = input.target?.name ?? '';
    const seen = await lookAtBox(deps, input, input.target, async (shell) => ({
      identity: await readBoxIdentity(shell),
      clock: await boxClock(shell),
      free: await Promise.all(room.map(async ({ path }) => await freeKb(shell, path))),
      fileWay: await shell.fileWay(),
      files: await shell.proveFiles().then(
        () => undefined,
        (thrown: unknown) => {
          const error = asRunbookError(thrown);
          // A box that refuses files is a finding; one that is gone is not looked at.
          if (!error.code.startsWith('SESSION_') || error.code === 'SESSION_LOST') throw thrown;
          return error;
        },
      ),
    }));
    const skewSeconds = Math.round((seen.clock - deps.now()) / 1000);
    const findings: Finding[] = [];
    const found = (code: string, severity: Finding['severity'], text: string): void => {
      const { uuid } = input.target ?? {};
      findings.push({ code, severity, text, box: name, ...(uuid === undefined ? {} : { uuid }) });
    };
    if (Math.abs(skewSeconds) > tolerableSkewSeconds)
      found('DELIVERY_CLOCK', 'accept', `Its clock is ${String(skewSeconds)} s off. Correct its time.`);
    room.forEach(({ path, kb }, at) => {
      const free = seen.free[at];
      if (free === undefined)
        found('SESSION_OUTPUT_UNREADABLE', 'warn', `How much room it has in ${path} could not be read.`);
      else if (free < kb)
        found(
          'SESSION_NO_SPACE',
          'accept',
          `Only ${String(free)} KiB free in ${path}, ${String(kb)} are needed.`,
        );
    });
    if (seen.files !== undefined)
      found(
        seen.files.code,
        'accept',
        `A secret file cannot be sent to it: ${seen.files.message} ${seen.files.remedy}`,
      );
    const { hostname, model, version } = seen.identity;
    return {
      facts: { hostname, model, version, skewSeconds, fileWay: seen.fileWay },
      findings,
      note: [hostname, model, `files by ${seen.fileWay}`].filter((part) => part !== '').join(', '),
    };
  });
