import type { Appliance } from '../appliance/appliance.ts';
import { ctime } from '../clock.ts';
import { isUp, sinceMs, type Link } from './link.ts';
import type { Sftunnel } from './sftunnel.ts';

const cipher = 'AES256-GCM-SHA384';

/** The device side says br1, an FMC eth0 (facts 1.1, 1.3). */
const interfaceOf = (box: Appliance): string => (box.identity.kind === 'ftd' ? 'br1' : 'eth0');

/** Newest heartbeat: sent and answered every few seconds while both channels live, counted from the start of the tunnel. */
export function heartbeatAtMs(tunnel: Sftunnel, link: Link): number | undefined {
  const since = sinceMs(link);
  if (since === undefined) return undefined;
  const beats = Math.floor((tunnel.appliance.nowMs() - since) / tunnel.timing.heartbeatMs);
  return beats < 1 ? undefined : since + beats * tunnel.timing.heartbeatMs;
}

export function headText(tunnel: Sftunnel): string {
  const box = tunnel.appliance;
  return `SFTUNNEL Start Time: ${ctime(tunnel.startedAtMs)}\n\tBoth IPv4 and IPv6 connectivity is supported\n\tBroadcast count = 2\n\tReserved SSL connections: 0\n\tManagement Interfaces: 1\n\t${interfaceOf(box)} (control events) ${box.identity.address},\n`;
}

/** One peer's blocks, facts 1.1: RUN STATUS, PEER INFO. `Registration: Completed.` is printed for a dead tunnel too (1.3). */
export function peerText(tunnel: Sftunnel, link: Link): string {
  const box = tunnel.appliance;
  const { peer } = link;
  const channel = (name: 'A' | 'B', up: boolean): string =>
    up
      ? `\tCipher used = ${cipher} (strength:256 bits)\n\tChannel${name} Connected: Yes, Interface ${interfaceOf(box)}\n`
      : `\tChannel${name} Connected: No\n`;
  let text =
    `\n***********************\n\n**RUN STATUS****${peer.address}*************\n` +
    channel('A', link.a !== undefined) +
    channel('B', link.b !== undefined) +
    '\tRegistration: Completed.\n';
  const since = sinceMs(link);
  if (since !== undefined)
    text += `\tIPv4 Connection to peer '${peer.address}' Start Time: ${ctime(since)}\n`;
  else text += `\tConnection to peer '${peer.address}' Attempted at ${ctime(link.attemptedAtMs)}\n`;
  text += '\nPEER INFO:\n';
  if (!isUp(link)) return text;
  const version = peer.version;
  const build = '208';
  text +=
    `\tsw_version ${version}\n\tsw_build ${build}\n\tManagement Interfaces: 1\n\t${interfaceOf(box)} (control events) ${peer.address},\n` +
    `\tPeer channel Channel-A is valid type (CONTROL), using '${interfaceOf(box)}', connected to '${peer.address}' via '${box.identity.address}'\n` +
    `\tPeer channel Channel-B is valid type (EVENT), using '${interfaceOf(box)}', connected to '${peer.address}' via '${box.identity.address}'\n`;
  for (const service of [
    'Identity service',
    'Health Events service',
    'RPC service',
    'NTP Service',
    'IDS Events service',
    'Malware Lookup Service service',
    'CSM_CCM service',
    'EStreamer Events service',
    'UE Channel service',
    'FSTREAM service',
  ]) {
    text += `\n\tTOTAL TRANSMITTED MESSAGES <${link.handshakes + 3}> for ${service}\n\tRECEIVED MESSAGES <2> for ${service}\n\tSEND MESSAGES <1> for ${service}\n\tHALT REQUEST SEND COUNTER <0> for ${service}\n\tSTORED MESSAGES for ${service} (service 0/peer 0)\n\tSTATE <Process messages> for ${service}\n\tREQUESTED FOR REMOTE <Process messages> for ${service}\n\tREQUESTED FROM REMOTE <Process messages> for ${service}\n`;
  }
  const beat = heartbeatAtMs(tunnel, link);
  if (beat !== undefined)
    text += `\n\tHeartbeat Send Time: ${ctime(beat)}\n\tHeartbeat Received Time: ${ctime(beat)}\n`;
  return text;
}

/** The RPC poll at the end; a peer that does not answer is asked twice, so its block stands twice (facts 1.2). */
export function rpcText(link: Link, answers: boolean, line: number): { out: string; err: string } {
  const { peer } = link;
  if (!answers) {
    const block = `**RPC STATUS****${peer.address}*************\nRPC status :Failed\n`;
    return {
      err: `${peer.uuid} did not reply at /ngfw/usr/local/sf/bin/sftunnel_status.pl line ${line}.\nRetry rpc status poll at /ngfw/usr/local/sf/bin/sftunnel_status.pl line ${line + 6}.\n`,
      out: block + block,
    };
  }
  return {
    err: '',
    out: `**RPC STATUS****${peer.address}*************\n   'ip' => '${peer.address}',\n   'ipv6' => 'IPv6 is not configured for management',\n   'uuid' => '${peer.uuid}',\n   'name' => '${peer.name}',\n   'active' => 1,\n   'reg_state' => 0,\n   'uuid_gw' => '',\n`,
  };
}

/** `sftunnel-status-brief`, facts 1.3: one PEER block per manager. */
export function briefText(tunnel: Sftunnel): string {
  const box = tunnel.appliance;
  let text = '';
  for (const link of tunnel.links.values()) {
    const { peer } = link;
    const via = (name: string, type: string): string =>
      `Peer channel Channel-${name} is valid type (${type}), using '${interfaceOf(box)}', connected to '${peer.address}' via '${box.identity.address}'\n`;
    text += `\nPEER:${peer.address}\n`;
    if (link.a) text += via('A', 'CONTROL');
    if (link.b) text += via('B', 'EVENT');
    text += 'Registration: Completed.\n';
    const since = sinceMs(link);
    if (since !== undefined) {
      text += `IPv4 Connection to peer '${peer.address}' Start Time: ${ctime(since)} UTC\n`;
      const beat = heartbeatAtMs(tunnel, link);
      if (beat !== undefined)
        text += `Heartbeat Send Time: ${ctime(beat)} UTC\nHeartbeat Received Time: ${ctime(beat)} UTC\n`;
    } else {
      text += `Connection to peer '${peer.address}' Attempted at ${ctime(link.attemptedAtMs)} UTC\n`;
      if (link.disconnectedAtMs !== undefined)
        text += `Last disconnect time : ${ctime(link.disconnectedAtMs)} UTC\nLast disconnect reason : ${link.disconnectReason}\n`;
    }
  }
  return text;
}
