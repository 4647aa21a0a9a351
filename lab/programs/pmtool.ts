import type { Appliance } from '../appliance/appliance.ts';
import type { Program } from './program.ts';

/** Status layout of facts 1.9; other daemons are there so that a careless match on "Running" is caught. */
export function pmtoolStatus(appliance: Appliance): string {
  const record = (id: string, pid: number | undefined, command: string): string =>
    `${id} (normal) - ${pid === undefined ? 'User Disabled' : `Running ${pid}`}\nCommand: ${command}\nPID File: /var/sf/run/${id}.pid\nEnable File: /etc/sf/${id}.run\nCPU Affinity: \nPriority: 0\nNext start: \nStop Timeout: 300\nRequires: mysqld\nCGroups: \n`;
  const tunnel = appliance.sftunnel;
  return (
    'Received status (0):\n' +
    record('adi', 6209, '/usr/local/sf/bin/adi') +
    record(
      'sftunnel',
      tunnel?.enabled ? tunnel.process.pid : undefined,
      '/usr/local/sf/bin/sftunnel -d -f /etc/sf/sftunnel.conf',
    ) +
    record('sfmgr', 5120, '/usr/local/sf/bin/sfmgr -d -f /etc/sf/sfmgr.conf')
  );
}

/** Acts on sftunnel; prints nothing when it worked. */
export function pmtoolAct(appliance: Appliance, verb: string, id: string): string | undefined {
  const tunnel = appliance.sftunnel;
  if (!tunnel || id.toLowerCase() !== 'sftunnel') return `Invalid id: ${id}\n`;
  switch (verb) {
    case 'restartbyid':
      tunnel.restart();
      return undefined;
    case 'disablebyid':
      tunnel.stop();
      return undefined;
    case 'enablebyid':
      tunnel.start();
      return undefined;
    default:
      return `Unknown command: ${verb}\n`;
  }
}

export const pmtool: Program = (run) => {
  if (run.seat.user !== 'root') {
    run.err('You must be root to run this command.\n');
    return 1;
  }
  const [verb = '', id = ''] = run.args;
  if (verb.toLowerCase() === 'status') {
    run.out(pmtoolStatus(run.appliance));
    return 0;
  }
  const complaint = pmtoolAct(run.appliance, verb.toLowerCase(), id);
  if (complaint !== undefined) run.err(complaint);
  return complaint === undefined ? 0 : 1;
};
