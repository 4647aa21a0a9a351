import type { FmcPair, SyncState } from '../appliance/fmc-pair.ts';
import type { Appliance } from '../appliance/appliance.ts';
import type { Program, Run } from './program.ts';

const menu = `**************** Troubleshooting Utility **************

 1	Show HA Info Of FMC
 2	Execute Sybase DBPing
 3	Show Arbiter Status
 4	Check Peer Connectivity
 5	Print Messages Of AQ Task
 6	Show FMC HA Operations History (ASC order)
 7	Dump To File: FMC HA Operations History (ASC order)
 8	Last Successful Periodic Sync Time (When it completed)
 9	Print HA Status Messages
 10	Compare active and standby device list
 11	Check manager status of standby missing devices
 12	Check critical PM processes details
 13	Help
 0	Exit

**************************************************************
`;

/**
 * The menu that tells about a pair of FMCs. The first lines of its first entry are those of facts 2.3; that it shows the STATUS
 * block of manage_HADC.pl below them, and the words for each state of synchronisation, are our belief.
 */
export const troubleshootHadc: Program = async (run) => {
  if (run.seat.user !== 'root') {
    run.err('You must be root to run this command.\n');
    return 1;
  }
  const next = choices(run);
  for (;;) {
    run.out(`${menu}Enter choice: `);
    const choice = (await next())?.trim();
    run.out('\n');
    if (choice === undefined || choice === '0') {
      run.out('Thank you\n');
      return 0;
    }
    run.out(choice === '1' ? `${haInfo(run.appliance)}\n` : 'Invalid choice\n\n');
  }
};

/** Its input line by line: typed at the terminal, or what a pipe holds. */
function choices(run: Run): () => Promise<string | undefined> {
  const { pty } = run.seat;
  if (run.onTerminal.in && pty) return () => pty.readLine().catch(() => undefined);
  const lines = run.stdin.split('\n').slice(0, run.stdin.endsWith('\n') ? -1 : undefined);
  return () => Promise.resolve(lines.shift());
}

const syncTexts: Readonly<Record<SyncState, string>> = {
  good: 'Synchronization Completed',
  inProgress: 'Synchronization Task In-progress',
  degraded: 'Synchronization Failed',
  splitBrain: 'Split Brain',
};

function haInfo(box: Appliance): string {
  const pair = box.fmc?.pair;
  if (!pair?.enabled) return 'HA Enabled: No\n';
  const unit = pair.unitOf(box) === 'primary' ? 'Primary' : 'Secondary';
  const state = pair.stateOf(box) === 'active' ? 'Active' : 'Standby';
  return (
    `HA Enabled: Yes\nThis FMC Role In HA: ${state} - ${unit}\n` +
    'Status out put: vmsDbEngine (system,gui) - Running 29061\n' +
    'Sybase Process: Running (vmsDbEngine, theSybase PM Process is Running)\n' +
    'Sybase Database Connectivity: Accepting DB Connections.\n' +
    `Sybase Database Name: csm_${unit.toLowerCase()}\nSybase Role: ${state}\n${statusBlock(pair)}`
  );
}

function statusBlock(pair: FmcPair): string {
  const whole = pair.sync === 'good' || pair.sync === 'inProgress';
  return (
    `STATUS:\n  Active HA DC: ${pair.sync === 'splitBrain' ? 2 : 1}\n  degraded: ${whole ? 0 : 1}\n` +
    `  mirroring: ${whole ? 1 : 0}\n  peer_connected: ${pair.sync === 'splitBrain' ? 0 : 1}\n` +
    `  Sync status :${syncTexts[pair.sync]}\n`
  );
}
