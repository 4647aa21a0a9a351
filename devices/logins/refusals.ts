import { randomUUID } from 'node:crypto';
import { RunbookError } from '../../errors/index.ts';
import type { Endpoint, KnownRefusals, Refusal } from '../session.ts';

/**
 * What was refused and is not tried again: a credential everywhere, or on one box alone. Each refusal has a number of its own, so that
 * a person's "once more" is about the refusal that the person has seen: where many devices stand at one refusal and all are told
 * to go on, the first to come tries the credential, and when it is refused again the others find another refusal.
 */
export class Refusals {
  /** By what is frozen: a credential, or a credential on a box. */
  readonly #standing = new Map<string, { readonly refusal: Refusal; readonly error: RunbookError }>();
  readonly #settled = new Set<string>();
  readonly #plans = new Set<string>();

  /** Throws DEVICE_CREDENTIAL_FROZEN when the credential was refused before, anywhere or on this box. */
  check(endpoint: Endpoint): void {
    const { id } = endpoint.credential;
    const found = this.#standing.get(id) ?? this.#standing.get(onBox(endpoint));
    if (found === undefined) return;
    const { refusal, error } = found;
    const { remedy, cause } = error.context;
    throw new RunbookError(
      'DEVICE_CREDENTIAL_FROZEN',
      `${endpoint.name}: the credential ${id} is not used again: ${error.message}`,
      {
        device: endpoint.name,
        credential: id,
        frozenBy: error.code,
        refusal,
        ...(remedy === undefined ? {} : { remedy }),
        ...(cause === undefined ? {} : { cause }),
      },
      { cause: error },
    );
  }

  /** Takes note of a failed login, and writes into its context what stands because of it. True: the credential is frozen for all. */
  note(endpoint: Endpoint, error: RunbookError): boolean {
    // What is frozen already says so by itself.
    if (error.code === 'DEVICE_CREDENTIAL_FROZEN') return false;
    const { freeze } = error.context;
    const isForAll = freeze === 'credential';
    if (!isForAll && freeze !== 'box' && error.code !== 'DEVICE_PASSWORD_EXPIRED') return false;
    const { id } = endpoint.credential;
    const refusal: Refusal = { number: randomUUID(), credential: id, text: error.message, code: error.code };
    error.context.refusal = refusal;
    if (isForAll) error.context.cause = causeOf(id);
    this.#standing.set(isForAll ? id : onBox(endpoint), { refusal, error });
    return isForAll;
  }

  /** Takes over what a run has heard from other workers, and what a person has settled. The credentials that are new to be tried. */
  hear(
    { standing = [], settled = [], oncePerPlan }: KnownRefusals,
    isProven: (credential: string) => boolean,
  ): string[] {
    const thawed: string[] = [];
    if (oncePerPlan !== undefined && !this.#plans.has(oncePerPlan)) {
      this.#plans.add(oncePerPlan);
      thawed.push(...[...this.#standing.values()].map(({ refusal }) => refusal.credential));
      this.#standing.clear();
    }
    for (const number of settled) {
      this.#settled.add(number);
      for (const [key, { refusal }] of this.#standing) {
        if (refusal.number !== number) continue;
        this.#standing.delete(key);
        thawed.push(refusal.credential);
      }
    }
    for (const refusal of standing) {
      const { credential, number, text, code } = refusal;
      // A box of this worker has accepted it since.
      if (this.#settled.has(number) || this.#standing.has(credential) || isProven(credential)) continue;
      const context = { credential, refusal, cause: causeOf(credential) };
      const error = new RunbookError(code, text, context);
      this.#standing.set(credential, { refusal, error });
    }
    return thawed;
  }
}

/** What all devices have in common that stand at one refused credential. */
function causeOf(credential: string): string {
  return `credential:${credential}`;
}

function onBox({ credential, host, port }: Endpoint): string {
  return `${credential.id}\n${host}:${String(port)}`;
}
