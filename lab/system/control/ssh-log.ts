import type { Box } from '../box.ts';

/** What sshd of a box wrote down: who logged in from where, and how many connections there were at once. */
export interface SshLog {
  readonly logins: {
    readonly user: string;
    readonly method: string;
    readonly ok: boolean;
    readonly from: string;
  }[];
  readonly open: number;
  readonly mostAtOnce: number;
  /** Of a jump host: ways on, over all its connections; at most, since those of a connection that ended count until the last has. */
  readonly mostChannels: number;
  readonly refusedChannels: number;
}

const login = /^(Accepted|Failed) (?!none)(\S+) for (?:invalid user )?(\S+) from (\S+) port (\d+)/;
/** A process of sshd that is killed says nothing; who killed it does (`Box.sshLine`). */
const end =
  /^(?:Disconnected from|Connection closed by|Connection reset by|Read error from|Write error|Timeout|ssh_dispatch_run_fatal|Disconnecting).* (\S+) port (\d+)/;
const allEnded = /^lab: every connection has ended/;

export function readSshLog(box: Box): SshLog {
  const logins: SshLog['logins'] = [];
  const open = new Set<string>();
  let [mostAtOnce, channels, mostChannels, refusedChannels] = [0, 0, 0, 0];
  for (const line of (box.root.text('.lab/sshd.log') ?? '').split(/\r?\n/)) {
    const [, verdict, method = '', user = '', from = '', port = ''] = login.exec(line) ?? [];
    if (verdict !== undefined) {
      logins.push({ user, method, from, ok: verdict === 'Accepted' });
      if (verdict === 'Accepted') open.add(`${from} ${port}`);
      mostAtOnce = Math.max(mostAtOnce, open.size);
      continue;
    }
    const [, address, number] = end.exec(line) ?? [];
    if (address !== undefined) {
      open.delete(`${address} ${number ?? ''}`);
      // The ways of a connection that ends are not named.
      if (open.size === 0) channels = 0;
    } else if (allEnded.test(line)) {
      open.clear();
      channels = 0;
    } else if (line.includes(': new direct-tcpip ')) {
      channels += 1;
      mostChannels = Math.max(mostChannels, channels);
    } else if (line.includes(': free: direct-tcpip')) channels = Math.max(0, channels - 1);
    else if (/^debug1: channel \d+: connection failed|refused local port forward/.test(line))
      refusedChannels += 1;
  }
  return { logins, open: open.size, mostAtOnce, mostChannels, refusedChannels };
}
