import assert from 'node:assert/strict';
import { loadRunbook } from '../../../loader/index.ts';
import type { Runbook } from '../../../language/index.ts';

function shipped(name: string): Runbook {
  const loaded = loadRunbook(name);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues));
  return loaded.runbook;
}

describe('deliver-sftunnel-certs', () => {
  const renew = shipped('renew-sftunnel-ca');
  const deliver = shipped('deliver-sftunnel-certs');

  it('looks, delivers and proves by the very steps of the renewal', () => {
    for (const id of [
      'identify',
      'inspect-manager',
      'inspect-devices',
      'deliver',
      'agreed',
      'look-again',
      'prove',
    ]) {
      const own = deliver.stages.find((stage) => stage.id === id);
      assert.ok(own, id);
      assert.deepEqual(
        own,
        renew.stages.find((stage) => stage.id === id),
        id,
      );
    }
    assert.deepEqual(deliver.columns.device['state'], renew.columns.device['state']);
    assert.deepEqual(deliver.phases, renew.phases);
    assert.deepEqual(deliver.drift, renew.drift);
  });

  it('generates nothing, asks for no backup, and excludes a renewal of the same FMC', () => {
    const actions = deliver.stages.flatMap(({ steps }) =>
      steps.map((step) => ('do' in step ? step.do : 'poll' in step ? step.poll : '')),
    );
    for (const generating of ['launchGenerateCerts', 'awaitGenerateCerts', 'checkGenerator', 'proveBackup'])
      assert.ok(!actions.includes(generating), generating);
    assert.equal(deliver.idPrefix, renew.idPrefix);
  });
});
