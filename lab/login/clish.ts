import { pause } from '../programs/starters.ts';
import { printStatus } from '../programs/sftunnel-status.ts';
import { pmtoolAct, pmtoolStatus } from '../programs/pmtool.ts';
import { briefText } from '../tunnel/status-text.ts';
import { clusterText } from '../units/cluster-text.ts';
import { failoverStateText, failoverText } from '../units/failover-text.ts';
import type { LoginSession } from './session.ts';

/** ESC E, ESC [ J and BEL stand before the prompt on real boxes (facts 2.1). */
const prompt = '\r\n\x1bE\x1b[J\x07> ';

/**
 * The appliance's own command line. After a syntax error the rejected text stays in the input line and has to be erased
 * with Ctrl-U (facts 2.2, oxidized).
 */
export async function clish(session: LoginSession, options: { inside: boolean }): Promise<void> {
  const { appliance, pty } = session;
  let left = '';
  for (;;) {
    const result = await pty.editLine(prompt, { initial: left });
    left = '';
    if (result.kind === 'eof') return;
    if (result.kind === 'interrupt') continue;
    const line = result.text.trim();
    if (line === '') continue;
    await appliance.heard(line);
    if (appliance.troubles.slowMs > 0) await pause(appliance.troubles.slowMs, pty.hungUp);
    const [verb = '', ...args] = line.split(/\s+/);
    if (verb === 'exit' || verb === 'logout') {
      if (args.length === 0) {
        if (options.inside) pty.write('\n');
        return;
      }
    }
    if (verb === 'expert' && args.length === 0 && !appliance.troubles.expertRefused) {
      await session.expert();
      continue;
    }
    const output = await answer(session, verb, args);
    if (output !== undefined) {
      await page(session, output);
      continue;
    }
    pty.write(
      /^(show|system|configure)$/.test(line)
        ? 'Syntax error: The command is not completed\n'
        : 'Syntax error: Illegal command line\n',
    );
    left = line;
  }
}

async function answer(session: LoginSession, verb: string, args: string[]): Promise<string | undefined> {
  const { appliance } = session;
  const tunnel = appliance.sftunnel;
  const isFtd = appliance.identity.kind === 'ftd';
  switch ([verb, ...args].join(' ')) {
    case 'show version':
      return showVersion(session);
    case 'show managers':
      return isFtd ? showManagers(session) : undefined;
    case 'show hostname':
      return `${appliance.identity.hostname}\n`;
    case 'show serial-number':
      return isFtd ? `${appliance.identity.serial}\n` : undefined;
    case 'show failover':
    case 'show high-availability config':
      return isFtd ? failoverText(appliance) : undefined;
    case 'show failover state':
      return isFtd ? failoverStateText(appliance) : undefined;
    case 'show cluster info':
      return isFtd ? clusterText(appliance) : undefined;
    case 'sftunnel-status-brief':
      return isFtd && tunnel ? briefText(tunnel) : undefined;
    case 'sftunnel-status': {
      if (!isFtd || !tunnel) return undefined;
      let text = '';
      await printStatus(
        tunnel,
        [...tunnel.links.values()],
        (t) => {
          text += t;
        },
        (t) => {
          text += t;
        },
        session.pty.hungUp,
      );
      return text;
    }
    case 'pmtool status':
      return isFtd ? pmtoolStatus(appliance) : undefined;
    default:
      break;
  }
  if (verb === 'pmtool' && args.length === 2 && isFtd)
    return pmtoolAct(appliance, (args[0] ?? '').toLowerCase(), args[1] ?? '') ?? '';
  return undefined;
}

/** Layout of facts 2.2. */
function showVersion({ appliance }: LoginSession): string {
  const release = appliance.tree.text('/etc/sf/ims.conf') ?? '';
  const field = (name: string): string => new RegExp(`${name}="?([^"\\n]*)`).exec(release)?.[1] ?? '';
  const dashes = '-'.repeat(20);
  const head = `${dashes}[ ${appliance.identity.hostname} ]${'-'.repeat(21)}`;
  return (
    `${head}\nModel                     : ${field('MODEL')} (77) Version ${field('SWVERSION')} (Build ${field('SWBUILD')})\n` +
    `UUID                      : ${appliance.identity.uuid}\nRules update version      : 2024-08-18-001-vrt\nVDB version               : 399\n${'-'.repeat(head.length)}\n`
  );
}

/** One block per manager; the wide layout with Identifier is that of 7.x (facts 1.4). It shows registration, not the tunnel. */
function showManagers({ appliance }: LoginSession): string {
  const links = [...(appliance.sftunnel?.links.values() ?? [])];
  if (links.length === 0) return 'No managers configured.\n';
  return links
    .map(
      ({ peer }) =>
        `Type                      : Manager\nHost                      : ${peer.address}\nDisplay name              : ${peer.name}\nIdentifier                : ${peer.uuid}\nRegistration              : Completed\nManagement type           : Configuration\n`,
    )
    .join('\n');
}

/** Stops at `--More--` after a screenful when the box pages; a blank goes on, q ends. */
async function page(session: LoginSession, text: string): Promise<void> {
  const { pty, appliance } = session;
  if (!appliance.variant.pager) {
    pty.write(text);
    return;
  }
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i += 23) {
    pty.write(lines.slice(i, i + 23).join('\n') + (i + 23 < lines.length ? '\n' : ''));
    if (i + 23 >= lines.length) return;
    pty.write('--More--');
    const key = await pty.readKey();
    pty.write('\r        \r');
    if (key === 'q') return;
  }
}
