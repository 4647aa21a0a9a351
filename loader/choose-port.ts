import type { KnownHosts } from './known-hosts.ts';

export interface PortChoice {
  readonly port: number;
  /** The choice is a guess worth showing, or impossible. */
  readonly warning?: string;
  readonly fault?: string;
}

/**
 * SSH port of a host: what the inventory says; else the only port known_hosts has a key for; else 22. Where known_hosts has 22
 * and others it is 22, with a warning (others are often a second SSH server on the box); where it has several without 22 nobody
 * can tell, and the operator has to.
 */
export function choosePort(
  host: string,
  {
    given,
    knownHosts,
    sshPorts,
  }: { given?: number | undefined; knownHosts: KnownHosts; sshPorts: readonly number[] },
): PortChoice {
  if (given !== undefined) return { port: given };
  const ports = knownHosts.portsFor(host, sshPorts);
  const [only] = ports;
  if (only === undefined) return { port: 22 };
  if (ports.length === 1) return { port: only };
  const list = ports.join(', ');
  if (ports.includes(22))
    return { port: 22, warning: `known_hosts has keys of ${host} for the ports ${list}; 22 is used` };
  return {
    port: only,
    fault: `known_hosts has keys of ${host} for the ports ${list}, and none for 22; which one is this box?`,
  };
}
