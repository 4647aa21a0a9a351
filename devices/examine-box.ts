import { relative } from 'node:path';
import { asRunbookError, type RunbookError } from '../errors/index.ts';
import { acceptedAfter, editFor, type PlaceText } from './box-advice.ts';
import type { BoxReport, BoxTrouble } from './box-report.ts';
import { createRootShell } from './dialogue/root-shell.ts';
import type { Seen } from './dialogue/watch.ts';
import type { Place } from './family-files.ts';
import { fillCommand } from './fill-command.ts';
import { readBoxIdentity } from './identity.ts';
import { placesOfFamily, shippedFamilies } from './load-profiles.ts';
import type { Connect } from './logins/log-in.ts';
import { Logins } from './logins/logins.ts';
import { createMask } from './masking.ts';
import { openSession, type SessionWatch } from './open-session.ts';
import { TerminalText } from './output.ts';
import type { ApplianceProfile } from './profile.ts';
import { profileOf } from './profile-of.ts';
import { routesForOne } from './routes/routes-for-one.ts';
import type { Credential, Endpoint, RootShell } from './session.ts';
import { visibleBytes } from './visible.ts';

export interface ExamineOptions {
  readonly profiles: ReadonlyMap<string, ApplianceProfile>;
  /** Folders of profiles beside the shipped one. */
  readonly extraFolders: readonly string[];
  readonly now?: () => number;
  /** For tests: another connection; a box that has no files. */
  readonly connect?: Connect;
  readonly provesFiles?: boolean;
}

/** So much of what the box sent is kept. */
const keptBytes = 4096;
/** So many lines of it are shown. */
const shownLines = 8;

/**
 * Walks a box to its root shell and looks at it, in one session that is closed at the end. Nothing is changed: the only thing that is
 * written is a file of random bytes in a private folder, which proves a way for files and is removed. What the box refuses, and what no
 * profile knows, is part of the answer; throws only where its own family has no profile: DEVICE_FAMILY_UNKNOWN.
 */
export async function examineBox(given: Endpoint, options: ExamineOptions): Promise<BoxReport> {
  const profile = profileOf(given.family, options.profiles);
  const place = placeTexts(placesOfFamily(given.family, options.extraFolders));
  const secrets: string[] = [];
  const endpoint = { ...given, credential: noted(given.credential, secrets) };
  const now = options.now ?? Date.now;
  const looker = new Looker(profile, place, now);
  const report: Report = {
    schemaVersion: 1,
    kind: 'box',
    well: false,
    device: given.name,
    address: addressOf(given),
    via: (given.via ?? []).map((hop) => ({ name: hop.name, address: addressOf(hop) })),
    family: profile.name,
    hostKey: null,
    login: { user: given.credential.username, credential: given.credential.id, method: null },
    banner: [],
    steps: looker.steps,
    root: false,
    files: null,
    identity: null,
    skewSeconds: null,
    space: [],
    trouble: null,
  };
  const watch: SessionWatch = {
    hostKey: (shown) => (report.hostKey = shown),
    method: (name) => (report.login.method = name),
    walk: (seen) => looker.see(seen),
    bytes: (chunk) => looker.take(chunk),
  };
  const logins = new Logins({ perSecond: 10, burst: 10, concurrent: 1, samePasswordAtOnce: 1 });
  const routes = routesForOne(logins, ({ family }) => profileOf(family, options.profiles));
  try {
    const session = await openSession(endpoint, {
      profile,
      logins,
      routes,
      watch,
      ...(options.connect === undefined ? {} : { connect: options.connect }),
    });
    try {
      report.root = true;
      report.banner = linesOf(session.arrival.banner);
      await lookAround(
        createRootShell(session, profile, () => true),
        report,
        now,
      );
      const way = await session.files.way();
      if (options.provesFiles !== false) await session.files.prove();
      report.files = { way, tried: profile.fileWays.slice(0, profile.fileWays.indexOf(way)) };
      report.well = true;
    } finally {
      await session.close();
    }
  } catch (thrown) {
    const error = asRunbookError(thrown);
    report.trouble = troubleOf(error, profile, place, looker.raw(secrets));
  } finally {
    routes.close();
  }
  return report;
}

/** What is found out bit by bit. */
type Report = { -readonly [Key in keyof BoxReport]: BoxReport[Key] };

/** Turns what happens on the way in into steps. */
class Looker {
  readonly steps: BoxReport['steps'] = [];
  readonly #profile: ApplianceProfile;
  readonly #place: PlaceText;
  readonly #now: () => number;
  #typed: Extract<Seen, { kind: 'typed' }> | undefined;
  #pages = 0;
  #since: number;
  #bytes = Buffer.alloc(0);

  constructor(profile: ApplianceProfile, place: PlaceText, now: () => number) {
    this.#profile = profile;
    this.#place = place;
    this.#now = now;
    this.#since = now();
  }

  take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]).subarray(-keptBytes);
  }

  see(seen: Seen): void {
    if (seen.kind === 'typed') {
      this.#typed = seen;
      this.#bytes = Buffer.alloc(0);
      this.#since = this.#now();
    } else if (seen.kind === 'pager') this.#pages += 1;
    else {
      const typed = this.#typed;
      this.steps.push({
        by: typed?.by ?? 'login',
        byPlace: typed === undefined ? null : this.#place(['dialogue', ...typed.by.split('.')]),
        typed: typed?.text ?? null,
        secret: typed?.secret ?? null,
        pages: this.#pages,
        state: seen.name,
        line: seen.line,
        pattern: this.#profile.dialogue.states[seen.name]?.prompt ?? '',
        place: this.#place(['dialogue', 'states', seen.name, 'prompt']),
        ms: this.#now() - this.#since,
      });
      this.#typed = undefined;
      this.#pages = 0;
    }
  }

  /** The last lines as they came. A secret may stand among them torn apart by control characters: then they are kept back. */
  raw(secrets: readonly string[]): string[] {
    const mask = createMask(secrets);
    const text = this.#bytes.toString('utf8');
    const plain = new TerminalText();
    plain.feed(text);
    if (text === '' || mask(text) !== text || mask(plain.text) !== plain.text) return [];
    return visibleBytes(text.trimEnd() + (/[ \t]+$/.exec(text)?.[0] ?? '')).slice(-shownLines);
  }
}

/** Who the box is, its clock, its room. */
async function lookAround(shell: RootShell, report: Report, now: () => number): Promise<void> {
  const { profile } = shell;
  report.identity = { ...(await readBoxIdentity(shell)) };
  if (profile.commands['clock'] !== undefined) {
    const { output } = await shell.run(fillCommand(profile, 'clock'), { anyStatus: true });
    const seconds = Number(output.trim());
    if (Number.isInteger(seconds) && seconds > 0) report.skewSeconds = seconds - Math.round(now() / 1000);
  }
  if (profile.commands['freeSpace'] === undefined) return;
  for (const path of new Set(['/', '/var', profile.fileTools.temporaryRoot])) {
    const { status, output } = await shell.run(fillCommand(profile, 'freeSpace', { path }), {
      anyStatus: true,
    });
    const freeKb = Number(output.trim().split('\n').at(-1)?.trim().split(/\s+/)[3]);
    if (status === 0 && Number.isInteger(freeKb)) report.space.push({ path, freeKb });
  }
}

function troubleOf(
  error: RunbookError,
  profile: ApplianceProfile,
  place: PlaceText,
  raw: string[],
): BoxTrouble {
  const { dialogue } = profile;
  const { context } = error;
  const after = typeof context['after'] === 'string' ? context['after'] : undefined;
  const move = after !== undefined && after in dialogue.moves ? after : undefined;
  const states = (context['states'] ?? []) as readonly string[];
  // A stop of the profile is known: what it asks is a matter for a person.
  const isStop = context['stop'] !== undefined;
  const isUnknown = error.code === 'SESSION_PROMPT_UNKNOWN' && !isStop;
  const yaml = editFor(dialogue, error);
  const file = place(['dialogue', 'states'])?.replace(/:\d+$/, '');
  return {
    code: error.code,
    message: error.message,
    state: states.at(-1) ?? null,
    after: move === undefined ? (after ?? null) : `moves.${move}`,
    screen: linesOf(context.screen ?? ''),
    // Before there was a terminal, and after the walk, the bytes say nothing of it.
    raw: isUnknown ? raw : [],
    accepted: isUnknown && after !== undefined ? acceptedAfter(dialogue, move, place) : [],
    edit:
      yaml === undefined || file === undefined
        ? null
        : { file, shipped: file.startsWith('devices/families/'), yaml },
    frozen: frozenBy(error),
    next:
      isStop && error.code === 'SESSION_PROMPT_UNKNOWN'
        ? 'Log in once by hand and settle it there; no profile answers it.'
        : error.remedy,
  };
}

export function frozenBy({ code, context: { freeze } }: RunbookError): BoxTrouble['frozen'] {
  if (freeze === 'box' || freeze === 'credential') return freeze;
  return code === 'DEVICE_PASSWORD_EXPIRED' ? 'box' : null;
}

/** The same login; what it gives away is written down, to be masked. */
function noted(credential: Credential, secrets: string[]): Credential {
  const note = async (secret: Promise<string>): Promise<string> => {
    const text = await secret;
    secrets.push(text);
    return text;
  };
  return {
    id: credential.id,
    username: credential.username,
    password: () => note(credential.password()),
    sudoPassword: () => note(credential.sudoPassword()),
  };
}

/** Places in the shipped folder as they stand in the guides, others as they are. */
function placeTexts(places: (path: readonly string[]) => Place | undefined): PlaceText {
  return (path) => {
    const place = places(path);
    if (place === undefined) return null;
    const below = relative(shippedFamilies, place.file);
    const file = below.startsWith('..') ? place.file : `devices/families/${below}`;
    return `${file}:${String(place.line)}`;
  };
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}

function addressOf({ host, port }: Endpoint): string {
  return `${host}:${String(port)}`;
}
