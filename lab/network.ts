import type { Appliance } from './appliance/appliance.ts';
import { tunnelPort } from './tunnel/tls-transport.ts';

/** What a box meets that opens a TCP connection. `silent`: nothing comes back, until somebody's patience ends. */
export type Reach = 'open' | 'refused' | 'noRoute' | 'silent';

/**
 * Who reaches whom, as the boxes see it. The engine connects for real and meets listeners that are open or closed; between the
 * boxes it is told from here. SSH is met at 22, and at the port of the lab.
 */
export class Network {
  /** Every password that a box of the lab has or had. */
  readonly passwords = new Set<string>();
  readonly #boxes: readonly Appliance[];

  constructor(boxes: readonly Appliance[]) {
    this.#boxes = boxes;
  }

  reach(from: Appliance, address: string, port: number): Reach {
    const there = this.#boxes.filter((box) => box.identity.address === address);
    if (there.length === 0) return 'noRoute';
    if (port === tunnelPort)
      return there.some((box) => box.fmc && box.sftunnel?.running) ? 'open' : 'refused';
    const box = this.sshBox(address, port);
    return box ? sshFrom(from, box) : 'refused';
  }

  /** Whose SSH answers there; two boxes may share an address behind a translation, each with a port of its own. */
  sshBox(address: string, port: number): Appliance | undefined {
    return this.#boxes.find(
      ({ identity }) =>
        identity.address === address &&
        (port === identity.sshPort || (port === 22 && !identity.isBehindTranslation)),
    );
  }
}

function sshFrom(from: Appliance, box: Appliance): Reach {
  const { troubles } = box;
  if (troubles.route === 'silent') return 'silent';
  if (box.rebooting || troubles.route === 'nobody') return 'refused';
  return troubles.route === 'fmcOnly' && from.identity.kind !== 'fmc' ? 'refused' : 'open';
}
