/** Hosts without a manager, and without boxes: the rotation of nginx's certificate in a fake world. */
import { loadRunbook } from '../../loader/index.ts';
import type { Plan, RunInput, TargetRef } from '../../workflows/contract.ts';
import { goodAnswers, renewalInput, withFakeWorld, type FakeAction, type FakeWorld } from './fake-world.ts';
import { uniqueName } from './temporal.ts';
import type { ActionName } from '../../language/index.ts';

export const hostUuid = (n: number): string => `cccccccc-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const hostName = (n: number): string => `web-${String(n)}`;

/** Answers under which every host gets its new certificate. */
export function goodHosts(): Record<ActionName, FakeAction> {
  const certificate = {
    ...{ exists: true, keyFits: true, nameFits: true, names: ['web'], subject: 'CN=web' },
    ...{ notAfter: '2028-01-01T00:00:00Z', daysLeft: 400 },
  };
  const shakesHands = { ok: true, answered: true, isExpected: true, text: 'answers', daysLeft: 10 };
  return {
    ...goodAnswers(0),
    identifyEntry: ({ target }) => ({
      facts: { uuid: hostUuid(Number(target?.entry?.split('-')[1])), kind: 'linux', family: 'linux' },
    }),
    inspectBox: ({ target }) => ({ facts: { hostname: target?.name ?? '', version: '12' } }),
    readCertificate: ({ params }) => ({
      facts: { ...certificate, fingerprint: 'file' in params ? 'NEW' : 'OLD' },
    }),
    tlsHandshake: ({ params }) => ({
      facts: { ...shakesHands, fingerprint: 'expect' in params ? 'NEW' : 'OLD' },
    }),
  };
}

/** As {@link withFakeWorld}: its plans and runs rotate the certificates of so many hosts. */
export async function withFakeHosts<T>(
  count: number,
  answers: Record<ActionName, FakeAction>,
  use: (world: FakeWorld) => Promise<T>,
): Promise<T> {
  const loaded = loadRunbook('rotate-nginx-certificate');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues));
  const { inputs } = loaded.runbook;
  const renewal = renewalInput(8);
  const base = {
    ...renewal,
    runbook: loaded.runbook,
    runbookDigest: loaded.digest,
    options: {
      ...renewal.options,
      inputs: Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, spec.default])),
    },
  };
  const entries = Array.from({ length: count }, (_, index): TargetRef & { readonly entry: string } => ({
    name: hostName(index + 1),
    address: `192.0.2.${String(index + 1)}:22`,
    entry: hostName(index + 1),
    family: 'linux',
  }));
  return await withFakeWorld(0, answers, (world) =>
    use({
      ...world,
      plan: (options = {}) =>
        world.server.client.workflow.execute<(input: object) => Promise<Plan>>('planRunbook', {
          taskQueue: world.queue,
          workflowId: uniqueName('plan'),
          args: [{ ...base, options: { ...base.options, ...options }, entries }],
        }),
      start: (plan, options = {}) => {
        const input: RunInput = {
          ...base,
          options: { ...base.options, ...options },
          plan,
          startedBy: { identity: 'tester', approval: 'unattended' },
        };
        return world.server.client.workflow.start('runRunbook', {
          taskQueue: world.queue,
          workflowId: uniqueName('rotate'),
          args: [input],
        });
      },
    }),
  );
}
