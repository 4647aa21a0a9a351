import type { Plan } from '../workflows/contract.ts';
import { packFiles, type PackDevice, type PackFile } from './offline-pack.ts';

/** The pack as far as a plan knows it: before the generation there are no checksums. */
export function packOfPlan(plan: Plan): PackFile[] {
  const managers = plan.managers ?? [plan.manager];
  return managers.flatMap((manager) => {
    const ca = manager.columns['oldCa'] as { readonly fingerprint?: string } | null | undefined;
    const devices = plan.devices
      .filter((device) => device.manager === undefined || device.manager === manager.name)
      .map((device): PackDevice => {
        const tunnel = device.columns['tunnel'];
        return {
          name: device.name,
          uuid: device.uuid,
          host: hostOf(device.address),
          tunnel: tunnel === 'up' || tunnel === 'down' ? tunnel : 'unknown',
        };
      });
    return packFiles(
      {
        name: manager.name,
        uuid: manager.uuid ?? '',
        caFingerprint: ca?.fingerprint ?? '',
        generated: false,
        failedPush: '',
      },
      devices,
      plan.madeAt,
    );
  });
}

/** `[2001:db8::1]:22` or `192.0.2.1:22` → the host as `scp` takes it. */
export function hostOf(address: string): string {
  const host = address.replace(/:\d+$/, '');
  return host.startsWith('[') || !host.includes(':') ? host : `[${host}]`;
}
