import { fillCommand } from '../../devices/index.ts';
import { durationMs } from '../../language/index.ts';
import { beating, onBox, textParam, type Action } from '../action.ts';
import { boxClock, digests } from '../box/posix.ts';
import { profilePath } from '../box/profile-path.ts';

/**
 * The newest backup file on the FMC: size, sha256, age by the FMC's clock. Nothing can start one but a person or a schedule. With
 * `after`, only one that is younger than that moment is good enough. The digest of one that is not good enough says nothing, and a
 * backup is large: it is left out.
 */
export const proveBackup: Action = async (input, deps) =>
  await beating(async (progress) => {
    const maxAge = textParam(input, 'maxAge');
    const maxAgeMs = durationMs(maxAge);
    const after = typeof input.params['after'] === 'string' ? Date.parse(input.params['after']) : 0;
    const facts = await onBox(deps, input, input.target, async (shell) => {
      const folder = profilePath(shell, 'backups');
      const { output } = await shell.run(fillCommand(shell.profile, 'listBackups'), { anyStatus: true });
      const files = output
        .split('\n')
        .map((line) => readLine(line.trim(), folder))
        .filter((file) => file !== undefined)
        .filter((file) => file.sizeBytes > 0)
        .sort((a, b) => b.modified - a.modified);
      const newest = files[0];
      if (newest === undefined)
        return {
          fresh: false,
          text: `no backup in ${folder}`,
          summary: { path: '', sizeBytes: 0, sha256: '', modifiedAt: '', ageHours: 0 },
        };
      const ageMs = (await boxClock(shell)) - newest.modified;
      const isYoung = ageMs <= maxAgeMs && newest.modified > after;
      if (isYoung) progress(`sha256 of ${newest.path}`);
      const sha256 = isYoung ? ((await digests(shell, [newest.path])).get(newest.path) ?? '') : '';
      const ageHours = Math.round(ageMs / 3_600_000);
      return {
        fresh: sha256 !== '',
        text: `${newest.path}, ${String(newest.sizeBytes)} bytes, ${String(ageHours)} hours old`,
        summary: {
          path: newest.path,
          sizeBytes: newest.sizeBytes,
          sha256,
          modifiedAt: new Date(newest.modified).toISOString(),
          ageHours,
        },
      };
    });
    return { facts, note: facts.text };
  });

interface BackupFile {
  readonly modified: number;
  readonly sizeBytes: number;
  readonly path: string;
}

/** A line of `stat -c '%Y %s %n'` or of `ls -ln --time-style=+%s`. */
function readLine(line: string, folder: string): BackupFile | undefined {
  const stat = /^(\d+) (\d+) (\/.*)$/.exec(line);
  if (stat !== null)
    return { modified: Number(stat[1]) * 1000, sizeBytes: Number(stat[2]), path: stat[3] ?? '' };
  const list = /^-\S+\s+\d+\s+\S+\s+\S+\s+(\d+)\s+(\d+)\s+(\S.*)$/.exec(line);
  if (list === null) return undefined;
  return { modified: Number(list[2]) * 1000, sizeBytes: Number(list[1]), path: `${folder}/${list[3] ?? ''}` };
}
