import { forEachPath, type RootShell } from '../../devices/index.ts';
import { isIssuedBy, readCertificate, type CertificateFacts } from '../../pki/index.ts';
import { setFiles } from '../box/certificate-set.ts';
import { onBox } from '../action.ts';
import type { ActivityDeps } from '../deps.ts';
import type { ActionInput } from '../../workflows/contract.ts';
import { findIssuedSet, namedFolders, type IssuedHints } from './issued-set.ts';
import { profilePath } from '../box/profile-path.ts';
import { readManagerCa } from './manager-ca.ts';

/** What the FMC has for one device: its present CA, and the set that this CA issued where there is one. */
export interface Issued {
  readonly ca: CertificateFacts;
  readonly caPem: string;
  readonly set:
    | {
        readonly certificate: CertificateFacts;
        readonly content: Buffer;
        /** Only where it was asked for. Whoever gets it wipes it. */
        readonly key: Buffer | undefined;
      }
    | undefined;
}

type Hints = Omit<IssuedHints, 'ca'>;

interface Request {
  readonly hints: Hints;
  readonly withKey: boolean;
  answer: Issued | undefined;
  isGone: boolean;
}

/** At most so many devices are served with one look. */
const together = 64;
const waiting = new Map<string, Request[]>();

/**
 * Asks the FMC for the set of one device. All devices want theirs from the one session that an FMC has: whoever gets it asks for all who
 * wait, so that an FMC is asked a few times for a hundred devices and not a thousand times. Who brings a set goes first, since who only looks
 * has the longer way before it. What does not lie where it is expected is looked for by its own device alone.
 */
export async function fetchIssued(
  deps: ActivityDeps,
  input: ActionInput,
  hints: Hints,
  { withKey }: { readonly withKey: boolean },
): Promise<Issued> {
  const place = `${input.run.runId} ${input.manager?.uuid ?? ''}`;
  const queue = waiting.get(place) ?? [];
  waiting.set(place, queue);
  const own: Request = { hints, withKey, answer: undefined, isGone: false };
  queue.push(own);
  try {
    return await onBox(deps, input, input.manager, async (shell) => {
      if (own.answer === undefined) await serve(shell, takeFrom(queue, own));
      return own.answer ?? (await alone(shell, hints, withKey));
    });
  } catch (thrown) {
    own.answer?.set?.key?.fill(0);
    throw thrown;
  } finally {
    own.isGone = true;
    leave(queue, own);
    if (queue.length === 0 && waiting.get(place) === queue) waiting.delete(place);
  }
}

function takeFrom(queue: Request[], own: Request): readonly Request[] {
  leave(queue, own);
  const others = [...queue.filter(({ withKey }) => withKey), ...queue.filter(({ withKey }) => !withKey)];
  const served = [own, ...others.slice(0, together - 1)];
  for (const request of served) leave(queue, request);
  return served;
}

function leave(queue: Request[], own: Request): void {
  const at = queue.indexOf(own);
  if (at >= 0) queue.splice(at, 1);
}

/** Answers those whose set lies in the first place where it may lie. */
async function serve(shell: RootShell, requests: readonly Request[]): Promise<void> {
  const places = requests.map((request) => {
    const folder = namedFolders(shell, request.hints)[0] ?? '';
    return { request, certificate: `${folder}/${setFiles.certificate}`, key: `${folder}/${setFiles.key}` };
  });
  const caPath = profilePath(shell, 'caCertificate');
  const toLookAt = places.filter(({ request }) => !request.withKey).map(({ key }) => key);
  const { files, answers } = await shell.look({
    files: [caPath, ...places.map(({ certificate }) => certificate)],
    commands: {
      notEmpty: forEachPath(toLookAt, (key) => `if [ -s ${key} ]; then printf '%s\\n' ${key}; fi`),
    },
  });
  const caPem = files.get(caPath)?.toString('utf8') ?? '';
  const ca = certificateIn(caPem);
  if (ca === undefined) return;
  const good = places.flatMap((place) => {
    const content = files.get(place.certificate);
    const certificate = certificateIn(content?.toString('utf8') ?? '');
    return content !== undefined && certificate !== undefined && isIssuedBy(certificate, ca)
      ? [{ ...place, content, facts: certificate }]
      : [];
  });
  // Without its key a set is not whole: another place may have it.
  const notEmpty = new Set(answers.notEmpty.output.split('\n'));
  for (const { request, content, facts, key } of good)
    if (!request.withKey && notEmpty.has(key))
      request.answer = { ca, caPem, set: { certificate: facts, content, key: undefined } };
  const toBring = good.filter(({ request }) => request.withKey);
  if (toBring.length === 0) return;
  const keys = await shell.readFiles(
    toBring.map(({ key }) => key),
    { secret: true },
  );
  for (const { request, content, facts, key: path } of toBring) {
    const key = keys.get(path);
    if (request.isGone) key?.fill(0);
    else if ((key?.length ?? 0) > 0)
      request.answer = { ca, caPem, set: { certificate: facts, content, key } };
  }
}

function certificateIn(pem: string): CertificateFacts | undefined {
  try {
    return readCertificate(pem);
  } catch {
    return undefined;
  }
}

async function alone(shell: RootShell, hints: Hints, withKey: boolean): Promise<Issued> {
  const { ca, pem: caPem } = await readManagerCa(shell);
  const found = await findIssuedSet(shell, { ...hints, ca });
  if (found === undefined) return { ca, caPem, set: undefined };
  const { certificate, certificatePath, keyPath } = found;
  const content = await shell.readFile(certificatePath);
  // What was looked at and what is brought must be one.
  if (certificateIn(content?.toString('utf8') ?? '')?.fingerprint256 !== certificate.fingerprint256)
    return { ca, caPem, set: undefined };
  const key = withKey ? await shell.readFile(keyPath, { secret: true }) : undefined;
  return { ca, caPem, set: { certificate, content: content ?? Buffer.alloc(0), key } };
}
