/** Sites where something is wrong with a device; what the operator is told, and what the lab saw. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { shippedFamilies } from '../../devices/load-profiles.ts';
import type { DeviceTruth, LabOptions } from '../../lab/index.ts';
import type { Finding, Plan, Question, RunDocument } from '../../workflows/contract.ts';
import { withSite, type Site, type SiteOptions } from './renewal-site.ts';
import { deviceNamed } from './truth.ts';

export type Held = DeviceTruth['managers'][number];

/** As `withSite`; at the end no device may ever have had two sessions at once. */
export async function withDevices(
  lab: LabOptions,
  use: (site: Site) => Promise<void>,
  options: SiteOptions = {},
): Promise<void> {
  await withSite(lab, oneSessionEach(use), options);
}

export function oneSessionEach(use: (site: Site) => Promise<void>): (site: Site) => Promise<void> {
  return async (site) => {
    await use(site);
    for (const device of (await site.truth()).devices) {
      const { maxConcurrentSessions } = device.logins;
      assert.ok(
        maxConcurrentSessions <= 1,
        `${device.name}: ${String(maxConcurrentSessions)} sessions at once`,
      );
    }
  };
}

/** Runs `use` with settings under which a silent unknown prompt is known as such at once, and not after many seconds; `file` is their profile. */
export async function withQuickProfiles(
  use: (settings: string, file: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'profiles-'));
  try {
    const file = path.join(folder, 'cisco-firepower', 'profile.yaml');
    await mkdir(path.dirname(file));
    const shipped = await readFile(path.join(shippedFamilies, 'cisco-firepower', 'profile.yaml'), 'utf8');
    const quick = shipped
      .replace(/patienceMs: \d{5}\b/g, 'patienceMs: 2000')
      .replace(/unknownAfterMs: \d+/, 'unknownAfterMs: 2000\n  landingMs: 2000');
    await writeFile(file, quick);
    await use(`profilesDir: ${folder}\n`, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the plan says about a box that must be settled or accepted, or only known. */
export function findingsAbout(
  { findings }: Pick<Plan | RunDocument, 'findings'>,
  box: string,
  severity: Finding['severity'],
): Finding[] {
  return findings.filter((finding) => finding.box === box && finding.severity === severity);
}

/** The plan forbids the run, for this box and this reason alone. */
export function assertStoppedBy(plan: Plan, box: string, code: string): Finding {
  assert.equal(plan.runnable, false, JSON.stringify(plan.findings));
  const hard = plan.findings.filter(({ severity }) => severity !== 'warn');
  assert.deepEqual(
    [...new Set(hard.map((finding) => `${finding.box} ${finding.severity} ${finding.code}`))],
    [`${box} accept ${code}`],
  );
  return hard[0] as Finding;
}

/** Waits until nothing moves without a person; fails when the run is closed instead. The only open question is given back. */
export async function parked(site: Site, run: string): Promise<Question> {
  const document = await site.until(run, ({ outcome }) => outcome !== 'running');
  assert.equal(document.outcome, 'waiting', document.summary);
  assert.equal(document.exitCode, 5);
  assert.equal(document.questions.length, 1, JSON.stringify(document.questions));
  return document.questions[0] as Question;
}

/** What a device holds for the FMC of the run. */
export async function held(site: Site, name: string): Promise<Held> {
  const truth = await site.truth();
  const found = deviceNamed(truth, name).managers.find(
    ({ managerUuid }) => managerUuid === truth.managers[0]?.uuid,
  );
  if (found === undefined) throw new Error(`${name} has no folder of the FMC`);
  return found;
}

/** Passwords that reached the SSH server of a device. */
export async function loginsAt(site: Site, name: string): Promise<{ accepted: number; refused: number }> {
  const { log } = deviceNamed(await site.truth(), name).logins;
  const logins = log.filter(({ method }) => method !== 'sudo');
  const accepted = logins.filter(({ ok }) => ok).length;
  return { accepted, refused: logins.length - accepted };
}

/** Edits one row of devices.csv; `undefined` takes it out. */
export async function editRow(
  site: Site,
  name: string,
  edit: (cells: string[]) => string[] | undefined,
): Promise<void> {
  const file = site.file('devices.csv');
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const edited = lines.flatMap((line) => {
    const cells = line.split(',');
    if (cells[0] !== name) return [line];
    const now = edit(cells);
    return now === undefined ? [] : [now.join(',')];
  });
  await writeFile(file, `${edited.join('\n')}\n`);
}

export const setPassword =
  (password: string) =>
  ([name = '', address = '', user = '']: string[]): string[] => [name, address, user, password];

/** Everything that stands on the terminals of a box after the last sight of `prompt`: what was typed there. */
export async function typedAt(site: Site, name: string, prompt: string): Promise<string[]> {
  const transcripts = await site.lab.transcripts(name);
  return transcripts
    .filter((text) => text.includes(prompt))
    .map((text) => text.slice(text.lastIndexOf(prompt) + prompt.length));
}
