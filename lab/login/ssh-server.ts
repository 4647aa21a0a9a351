import type { AuthContext, Connection, Session } from 'ssh2';
import type { Appliance, OpenSession } from '../appliance/appliance.ts';
import { Pty } from '../shell/pty.ts';
import { runExec } from './exec-service.ts';
import type { HostKey } from './host-key.ts';
import { LoginSession } from './session.ts';
import { serveSftp } from './sftp-service.ts';
import { socketOf, SshListener } from './ssh-listener.ts';

/** The SSH side of one appliance; closed and opened again by "no route", reboot and a changed host key. */
export class SshServer {
  readonly #appliance: Appliance;
  hostKey: HostKey;
  readonly #listener = new SshListener((client) => this.#accept(client));
  #sessionNumber = 0;

  constructor(appliance: Appliance, hostKey: HostKey) {
    this.#appliance = appliance;
    this.hostKey = hostKey;
  }

  /** Listens, unless nothing from outside reaches the box. */
  open(): Promise<void> {
    if (this.#listener.isOpen || this.#appliance.rebooting || this.#appliance.troubles.route !== 'everybody')
      return Promise.resolve();
    const { address, sshPort } = this.#appliance.identity;
    return this.#listener.open({ address, port: sshPort, hostKey: this.hostKey, ident: 'OpenSSH_8.2' });
  }

  close(): Promise<void> {
    return this.#listener.close();
  }

  /** Cuts every connection, authenticated or not. */
  drop(): void {
    this.#listener.drop();
  }

  #accept(client: Connection): void {
    const appliance = this.#appliance;
    const from = socketOf(client)?.remoteAddress;
    client.on('authentication', (context) => this.#authenticate(context, from));
    client.on('ready', () => {
      const open: OpenSession = {
        id: ++this.#sessionNumber,
        sinceMs: appliance.nowMs(),
        drop: () => socketOf(client)?.destroy(),
      };
      appliance.sessions.add(open);
      appliance.maxConcurrentSessions = Math.max(appliance.maxConcurrentSessions, appliance.sessions.size);
      client.on('close', () => appliance.sessions.delete(open));
      client.on('session', (accept) => this.#session(client, accept(), open.id));
    });
  }

  #authenticate(context: AuthContext, from: string | undefined): void {
    const appliance = this.#appliance;
    const offered = appliance.variant.authentication;
    const judge = (password: string, method: string): void => {
      const ok =
        context.username === appliance.identity.user &&
        password === appliance.password &&
        !appliance.troubles.loginRefused;
      appliance.logins.push({
        at: new Date(appliance.nowMs()).toISOString(),
        user: context.username,
        method,
        ok,
        ...(from === undefined ? {} : { from }),
      });
      if (ok) context.accept();
      else context.reject(offered);
    };
    if (context.method === 'password' && offered.includes('password')) judge(context.password, 'password');
    else if (context.method === 'keyboard-interactive' && offered.includes('keyboard-interactive')) {
      context.prompt([{ prompt: 'Password: ', echo: false }], (answers) =>
        judge(answers[0] ?? '', 'keyboard-interactive'),
      );
    } else context.reject(offered);
  }

  #session(client: Connection, session: Session, number: number): void {
    const appliance = this.#appliance;
    let columns = 80;
    let pty: Pty | undefined;
    session.on('pty', (accept, _reject, info) => {
      columns = info.cols || 80;
      accept?.();
    });
    session.on('window-change', (accept, _reject, info) => {
      if (pty) pty.columns = info.cols || 80;
      accept?.();
    });
    session.on('env', (_accept, reject) => reject?.());
    session.on('exec', (accept, reject, info) => {
      if (!appliance.variant.exec) {
        reject?.();
        return;
      }
      runExec(appliance, accept(), info.command).catch(() => {});
    });
    session.on('sftp', (accept, reject) => {
      if (!appliance.variant.sftp) {
        reject?.();
        return;
      }
      serveSftp(appliance, accept());
    });
    session.on('shell', (accept) => {
      const channel = accept();
      // Output of one step goes out as one packet: a character each would be a packet each.
      let pending = '';
      const flush = (): void => {
        const text = pending;
        pending = '';
        const left = appliance.troubles.cutAfterBytes;
        if (left !== undefined && text.length >= left) {
          appliance.troubles.cutAfterBytes = undefined;
          channel.write(text.slice(0, left));
          setImmediate(() => socketOf(client)?.destroy());
          return;
        }
        if (left !== undefined) appliance.troubles.cutAfterBytes = left - text.length;
        channel.write(text);
      };
      const terminal = new Pty((text) => {
        if (pending === '') queueMicrotask(flush);
        pending += text;
      }, columns);
      pty = terminal;
      appliance.transcripts.push(terminal);
      const decoder = new TextDecoder();
      let idle: NodeJS.Timeout | undefined;
      const touch = (): void => {
        clearTimeout(idle);
        const limit = appliance.variant.idleLogoutMs;
        if (limit > 0)
          idle = setTimeout(() => channel.end('\r\ntimed out waiting for input: auto-logout\r\n'), limit);
      };
      touch();
      channel.on('data', (data: Buffer) => {
        touch();
        terminal.feed(decoder.decode(data, { stream: true }));
      });
      channel.on('error', () => {});
      channel.on('close', () => {
        clearTimeout(idle);
        terminal.hangup();
      });
      client.on('close', () => terminal.hangup());
      if (appliance.sessions.size > appliance.variant.maxSessions) {
        channel.end(`Too many logins for '${appliance.identity.user}'.\r\n`);
        return void setImmediate(() => client.end());
      }
      const login = new LoginSession(appliance, terminal, number);
      login
        .run()
        .catch((error: unknown) => {
          if (!(error instanceof Error) || error.name !== 'Hangup')
            process.stderr.write(
              `lab: ${appliance.identity.name}: ${error instanceof Error ? (error.stack ?? error.message) : 'failed'}\n`,
            );
        })
        .finally(() => {
          login.close();
          setImmediate(() => {
            channel.exit(0);
            channel.end();
            setImmediate(() => client.end());
          });
        });
    });
  }
}
