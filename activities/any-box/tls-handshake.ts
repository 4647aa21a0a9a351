import net from 'node:net';
import tls from 'node:tls';
import { durationMs, type JsonObject } from '../../language/index.ts';
import { handshakeParameters } from '../../language/parameters.ts';
import { isFor, readDerCertificate, type PresentedCertificate } from '../../pki/index.ts';
import { beating, pause, type Action } from '../action.ts';
import { certificateFacts } from './certificate-facts.ts';
import { parametersOf } from './parameters.ts';

const everyMs = 300;
const oneMs = 5_000;

/** What a handshake has told, as facts. */
type Seen = JsonObject & { readonly ok: boolean; readonly answered: boolean; readonly text: string };

interface Presented {
  readonly chain: readonly PresentedCertificate[];
  readonly protocol: string;
}

/**
 * A handshake of its own with what serves on the box, from the worker: no session is resumed, nothing is sent after it. Which
 * certificate is presented is a fact; whether it is believed is not asked. What does not answer is a fact too (`ok: false`), so
 * that the runbook decides what follows.
 */
export const tlsHandshake: Action = async (input, deps) =>
  await beating(async (progress) => {
    const given = parametersOf(handshakeParameters, input);
    const { port, expect } = given;
    const host =
      given.host === undefined || given.host === '' ? hostOf(input.target?.address ?? '') : given.host;
    const named = given.name === undefined || given.name === '' ? host : given.name;
    const until = deps.now() + durationMs(given.within);
    for (;;) {
      const facts = await shakeHands(host, port, named).then(
        (presented) => factsOf(presented, named, expect, deps.now()),
        (thrown: unknown): Seen => ({
          ok: false,
          answered: false,
          text: `${host}:${String(port)} does not answer: ${reason(thrown)}.`,
        }),
      );
      // A name that does not fit, fits no better a moment later.
      const isSeen = facts.answered && facts['isExpected'] === true;
      if (isSeen || deps.now() >= until) return { facts: { host, port, ...facts }, note: facts.text };
      progress(facts.text);
      await pause(everyMs);
    }
  });

function factsOf(
  { chain, protocol }: Presented,
  named: string,
  expect: string | undefined,
  now: number,
): Seen {
  const [own] = chain;
  if (own === undefined) return { ok: false, answered: true, text: 'It presents no certificate.' };
  const isExpected = expect === undefined || plain(own.fingerprint256) === plain(expect);
  const nameFits = isFor(own, named);
  const text = [
    `${own.subject}, until ${own.notAfter}`,
    ...(isExpected ? [] : ['not the certificate that is expected']),
    ...(nameFits ? [] : [`not for ${named}`]),
  ].join(', ');
  return {
    ok: isExpected && nameFits,
    answered: true,
    isExpected,
    nameFits,
    protocol,
    ...certificateFacts(chain, now),
    text,
  };
}

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}

async function shakeHands(host: string, port: number, named: string): Promise<Presented> {
  return await new Promise((resolve, reject) => {
    const socket = tls.connect({
      host,
      port,
      // What is presented is looked at, whoever it is; nothing of ours is sent.
      rejectUnauthorized: false,
      ...(net.isIP(named) === 0 ? { servername: named } : {}),
    });
    socket.setTimeout(oneMs, () => socket.destroy(new Error(`no answer within ${String(oneMs / 1000)} s`)));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      try {
        resolve({ chain: chainOf(socket), protocol: socket.getProtocol() ?? '' });
      } catch (thrown) {
        reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
      } finally {
        socket.destroy();
      }
    });
  });
}

function chainOf(socket: tls.TLSSocket): PresentedCertificate[] {
  const chain: PresentedCertificate[] = [];
  const seen = new Set<string>();
  let one: tls.DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (one?.raw !== undefined && !seen.has(one.fingerprint256)) {
    seen.add(one.fingerprint256);
    chain.push(readDerCertificate(one.raw));
    one = one.issuerCertificate;
  }
  return chain;
}

/** `[2001:db8::1]:22` or `192.0.2.1:22` → the host. */
function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

function reason(thrown: unknown): string {
  const { code, message } = thrown as NodeJS.ErrnoException;
  return code ?? message;
}
