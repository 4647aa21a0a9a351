import { isUp, type Link } from '../tunnel/link.ts';
import type { Sftunnel } from '../tunnel/sftunnel.ts';
import { headText, peerText, rpcText } from '../tunnel/status-text.ts';
import { pause } from './starters.ts';
import type { Program } from './program.ts';

/** Peers meant by an argument: an address or a UUID; all without one (facts 1.2). */
function chosen(tunnel: Sftunnel, argument: string | undefined): Link[] {
  const links = [...tunnel.links.values()];
  return argument === undefined
    ? links
    : links.filter((l) => l.peer.uuid === argument || l.peer.address === argument);
}

export const sftunnelStatus: Program = async (run) => {
  const tunnel = run.appliance.sftunnel;
  if (run.seat.user !== 'root') {
    run.err('You must be root to run this command.\n');
    return 1;
  }
  if (!tunnel) return 1;
  const argument = run.args[0];
  const folder = run.appliance.identity.kind === 'ftd' ? '/ngfw' : '';
  if (argument !== undefined)
    run.err(`Check peer ${argument} at ${folder}/usr/local/sf/bin/sftunnel_status.pl line 39.\n`);
  await printStatus(tunnel, chosen(tunnel, argument), run.out, run.err, run.signal);
  return 0;
};

/** Its own trouble, or that of the peer as far as an FMC can be told. */
function rpcFails({ appliance }: Sftunnel, link: Link): boolean {
  return appliance.troubles.rpcFails || appliance.fmc?.deviceOf(link.peer.uuid)?.troubles.rpcFails === true;
}

/** The whole screen; peers are asked one after another, so dead ones make it slow. */
export async function printStatus(
  tunnel: Sftunnel,
  links: Link[],
  out: (text: string) => void,
  err: (text: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (!tunnel.enabled) {
    err('Could not connect to sftunnel\n');
    return;
  }
  out(headText(tunnel));
  for (const link of links) out(peerText(tunnel, link));
  for (const link of links) {
    const answers = isUp(link) && !rpcFails(tunnel, link);
    if (!answers) await pause(tunnel.timing.deadPeerMs, signal);
    if (signal?.aborted) return;
    const rpc = rpcText(link, answers, 309);
    err(rpc.err);
    out(rpc.out);
  }
  if (links.length === 0) out('No peers to check\n');
}
