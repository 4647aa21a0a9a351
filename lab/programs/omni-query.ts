import { criticalTasksOf } from '../appliance/critical-tasks.ts';
import { isUp } from '../tunnel/link.ts';
import type { Program } from './program.ts';

/** The read-only queries of facts 2.3, as the mysql client prints them; anything else is an error. */
export const omniQuery: Program = (run) => {
  const { appliance } = run;
  const fmc = appliance.fmc;
  const at = run.args.indexOf('-e');
  const query = (run.args[at + 1] ?? '').replace(/\s+/g, ' ').trim();
  if (!fmc || run.seat.user !== 'root' || at < 0) {
    run.err('Usage: OmniQuery.pl -db <db> -e "<query>"\n');
    return 1;
  }
  const tasks = criticalTasksOf(appliance, fmc);
  const hex = (uuid: string): string => uuid.replaceAll('-', '').toUpperCase();
  if (/from notification where status ?= ?7/i.test(query)) {
    run.out(
      table(
        ['status', 'category', 'hex(uuid)'],
        tasks.map((t) => ['7', t.name, hex(t.uuid)]),
      ),
    );
  } else if (/from notification join notification_status/i.test(query)) {
    run.out(
      table(
        ['seq', 'hex(uuid)', 'label', 'status', 'body'],
        tasks.map((t, i) => [String(100 + i), hex(t.uuid), 'Running', '7', t.name]),
      ),
    );
  } else if (/from EM_peers/i.test(query)) {
    const columns =
      /select (.*?) from/i
        .exec(query)?.[1]
        ?.split(',')
        .map((c) => c.trim()) ?? [];
    const rows = [...(appliance.sftunnel?.links.values() ?? [])].map((link) =>
      columns.map(
        (column) =>
          ({
            name: link.peer.name,
            ip: link.peer.address,
            uuid: link.peer.uuid,
            sw_version: link.peer.version,
            // That the other FMC of a pair has another number here than a device is our belief.
            role: fmc.deviceOf(link.peer.uuid)?.identity.kind === 'fmc' ? '0' : '1',
            reg_state: '0',
            active: isUp(link) ? '1' : '0',
          })[column] ?? 'NULL',
      ),
    );
    run.out(table(columns, rows));
  } else if (/from rna_vdb_version/i.test(query)) {
    run.out(table(['major', 'minor', 'build'], [['4', '5', '399']]));
  } else {
    run.err('ERROR 1064 (42000): You have an error in your SQL syntax\n');
    return 1;
  }
  return 0;
};

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'Empty set (0.001 sec)\n\n';
  const widths = columns.map((c, i) => Math.max(c.length, ...rows.map((r) => (r[i] ?? '').length)));
  const rule = `+${widths.map((w) => '-'.repeat(w + 2)).join('+')}+\n`;
  const row = (cells: readonly string[]): string =>
    `|${cells.map((c, i) => ` ${c.padEnd(widths[i] ?? 0)} `).join('|')}|\n`;
  return `${rule}${row(columns)}${rule}${rows.map(row).join('')}${rule}${rows.length} rows in set (0.001 sec)\n\n`;
}
