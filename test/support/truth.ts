/** Judgements over the lab's truth, which is read from the appliances and never from the product. */
import assert from 'node:assert/strict';
import type { DeviceTruth, LabTruth, ManagerTruth } from '../../lab/index.ts';

export function deviceNamed(truth: LabTruth, name: string): DeviceTruth {
  const device = truth.devices.find((candidate) => candidate.name === name);
  if (device === undefined) throw new Error(`the lab has no ${name}`);
  return device;
}

export function assertGeneratedOnce(truth: LabTruth): void {
  assert.equal(truth.managers[0]?.generations.length, 1, 'generate_certs.pl made exactly one CA');
}

/** Backups of an earlier renewal, which a delivery moves aside: they are wanted, not left over. */
export const olderBackup = /^(?:cacert|sftunnel-cert|sftunnel-key)\.pem\.backup\.\d{8}T\d{6}Z$/;

/** As {@link assertHoldsSetOf}, of the first FMC. */
export function assertHoldsNewSet(truth: LabTruth, device: DeviceTruth): void {
  const [manager] = truth.managers;
  assert.ok(manager);
  assertHoldsSetOf(manager, device);
}

/** The device holds the set that was issued to it, whole: 644 root:root, LF ends, nothing left beside. */
export function assertHoldsSetOf(manager: ManagerTruth, device: DeviceTruth): void {
  const held = device.managers.find(({ managerUuid }) => managerUuid === manager.uuid);
  assert.ok(held, `${device.name} has a folder of ${manager.name}`);
  assert.equal(held.fitsTogether, true, `${device.name}: the set fits together`);
  assert.equal(held.issuedToThisDevice, true, `${device.name}: the set is its own`);
  assert.equal(
    held.caFingerprint,
    manager.caFingerprint,
    `${device.name}: of the CA that ${manager.name} has`,
  );
  for (const file of held.files) {
    assert.equal(file.mode, '644', `${device.name} ${file.name}`);
    assert.equal(file.owner, 'root:root', `${device.name} ${file.name}`);
    assert.equal(file.lfOnly, true, `${device.name} ${file.name}`);
  }
  assert.deepEqual(
    held.leftovers.filter((name) => !olderBackup.test(name)),
    [],
    `${device.name}: no leftovers in the folder`,
  );
  assert.deepEqual(device.leftovers, [], `${device.name}: no leftovers elsewhere`);
}
