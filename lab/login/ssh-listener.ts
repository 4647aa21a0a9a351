import type net from 'node:net';
import ssh2, { type AuthContext, type Connection, type Server } from 'ssh2';
import type { HostKey } from './host-key.ts';

export interface ListenAt {
  readonly address: string;
  readonly port: number;
  readonly hostKey: HostKey;
  /** What it calls itself before anything else is said. */
  readonly ident: string;
}

/** One login that was tried. */
export interface PlainLogin {
  readonly at: string;
  readonly user: string;
  readonly ok: boolean;
}

/** An SSH server on one address. It may be closed and opened again; whoever has not logged in yet counts as connected too. */
export class SshListener {
  readonly #accept: (client: Connection) => void;
  readonly #connections = new Set<Connection>();
  #server: Server | undefined;

  constructor(accept: (client: Connection) => void) {
    this.#accept = accept;
  }

  get isOpen(): boolean {
    return this.#server !== undefined;
  }

  open({ address, port, hostKey, ident }: ListenAt): Promise<void> {
    const server = new ssh2.Server({ hostKeys: [hostKey.privatePem], ident }, (client) => {
      this.#connections.add(client);
      socketOf(client)?.setNoDelay(true);
      client.on('error', () => {});
      client.on('close', () => this.#connections.delete(client));
      this.#accept(client);
    });
    server.on('error', () => {});
    this.#server = server;
    return new Promise((done, fail) => {
      server.once('error', fail);
      server.listen(port, address, () => done());
    });
  }

  /** Cuts every connection, without a word, and takes no new ones. */
  close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.drop();
    return new Promise((done) => (server ? server.close(() => done()) : done()));
  }

  /** Cuts every connection, authenticated or not. */
  drop(): void {
    for (const connection of this.#connections) socketOf(connection)?.destroy();
  }
}

export function socketOf(client: Connection): net.Socket | undefined {
  return (client as unknown as { _sock?: net.Socket })._sock;
}

/** Takes one password of one user, and nothing else. Gives back the login that this was; nothing where no password was tried. */
export function takePassword(context: AuthContext, user: string, password: string): PlainLogin | undefined {
  if (context.method !== 'password') {
    context.reject(['password']);
    return undefined;
  }
  const ok = context.username === user && context.password === password;
  if (ok) context.accept();
  else context.reject(['password']);
  return { at: new Date().toISOString(), user: context.username, ok };
}
