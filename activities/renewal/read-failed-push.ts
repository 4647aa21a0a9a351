import { parseFailedPush, type RootShell } from '../../devices/index.ts';
import type { Json } from '../../language/json.ts';
import type { Finding } from '../../workflows/contract.ts';
import { beating, objectParam, onBox, textParam, type Action } from '../action.ts';
import { boxClock, listFolder } from '../box/posix.ts';
import type { LaunchFact, MissedFact, ResultFact } from './facts.ts';
import { profilePath } from '../box/profile-path.ts';
import { readManagerCa, summariseCa } from './manager-ca.ts';

/**
 * The result of a generation: the present CA, how often generate_certs.pl ran since the launch, and which devices it missed.
 * Where this run did not generate, the newest work folder is taken over.
 */
export const readFailedPush: Action = async (input, deps) =>
  await beating(async () => {
    const planned = textParam(input, 'plannedFingerprint');
    const launch = objectParam<Partial<LaunchFact>>(input, 'launch');
    const devices = objectParam<readonly { uuid: string; name: string }[]>(input, 'devices');
    const findings: Finding[] = [];
    const byDevice: Record<string, Json> = {};
    const fact = await onBox(deps, input, input.target, async (shell): Promise<ResultFact> => {
      const { ca } = await readManagerCa(shell);
      const now = await boxClock(shell);
      const folders = (await listFolder(shell, profilePath(shell, 'workRoot'))).filter((name) =>
        /^\d+$/.test(name),
      );
      const fresh =
        launch.knownFolders === undefined
          ? folders
          : folders.filter((name) => !launch.knownFolders?.includes(name));
      const newest = fresh.map(Number).sort((a, b) => b - a)[0];
      const workFolder = newest === undefined ? '' : `${profilePath(shell, 'workRoot')}/${String(newest)}`;
      const failedPush = workFolder === '' ? '' : `${workFolder}/FAILED_PUSH`;
      const missed = await readMissed(shell, failedPush, devices, findings, input.target?.name ?? '');
      for (const [uuid, entry] of missed)
        byDevice[uuid] = { sources: [...entry.sources], destinations: [...entry.destinations] };
      return {
        ca: summariseCa(ca, now),
        workFolder,
        generations: planned === '' ? 0 : fresh.length,
        generatedAt: ca.notBefore,
        generatedBy: planned === '' ? 'taken over' : 'this run',
        failedPush,
        missed: missed.size,
      };
    });
    if (fact.generations > 1) {
      findings.push({
        code: 'GENERATE_CA_CHANGED',
        severity: 'warn',
        box: input.target?.name ?? '',
        text: `generate_certs.pl ran ${String(fact.generations)} times since the launch: somebody else generated too. The newest CA counts; every device is checked against it.`,
      });
    }
    const note = `${String(fact.missed)} of ${String(devices.length)} devices in FAILED_PUSH; CA ${fact.ca?.fingerprint ?? ''}`;
    return { facts: { ...fact, ca: fact.ca === null ? null : { ...fact.ca }, byDevice }, findings, note };
  });

/** FAILED_PUSH by device: one line per device or one per file, with a file's path or a folder's. Absent means that none was missed. */
async function readMissed(
  shell: RootShell,
  path: string,
  devices: readonly { uuid: string; name: string }[],
  findings: Finding[],
  box: string,
): Promise<Map<string, MissedFact>> {
  const missed = new Map<string, { sources: string[]; destinations: string[] }>();
  const content = path === '' ? undefined : await shell.readFile(path);
  if (content === undefined) return missed;
  const { entries, unreadable } = parseFailedPush(content.toString('utf8'));
  for (const entry of entries) {
    const uuid = entry.deviceUuid;
    const known = missed.get(uuid) ?? { sources: [], destinations: [] };
    known.sources.push(entry.sourcePath);
    known.destinations.push(entry.destinationPath);
    missed.set(uuid, known);
    if (!devices.some((device) => device.uuid === uuid)) {
      findings.push({
        code: 'DEVICE_WRONG_BOX',
        severity: 'warn',
        box,
        uuid,
        text: `FAILED_PUSH names ${entry.deviceName} (${uuid}), which the run does not know.`,
      });
    }
  }
  for (const line of unreadable) {
    findings.push({
      code: 'SESSION_OUTPUT_UNREADABLE',
      severity: 'warn',
      box,
      text: `A line of ${path} cannot be read: ${line.slice(0, 200)}. Every device is looked at anyhow.`,
    });
  }
  return missed;
}
