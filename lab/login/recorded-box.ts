import type net from 'node:net';
import ssh2, { type AuthContext, type Connection, type Server } from 'ssh2';
import { Player, type InVain } from '../recording/player.ts';
import type { Recording } from '../recording/recording-file.ts';
import { newHostKey, type HostKey } from './host-key.ts';

export interface RecordedBoxSettings {
  readonly name: string;
  readonly user: string;
  /** Of the login, and wherever a secret was typed in the recording. */
  readonly password: string;
  readonly recording: Recording;
}

/** A box that is nothing but a recording: a terminal over SSH that plays its side, and no other service. */
export class RecordedBox {
  readonly settings: RecordedBoxSettings;
  readonly address: string;
  readonly port: number;
  readonly hostKey: HostKey = newHostKey();
  readonly logins: { at: string; user: string; ok: boolean }[] = [];
  /** What was typed and is not in the recording. */
  readonly inVain: InVain[] = [];
  readonly #connections = new Set<Connection>();
  #server: Server | undefined;

  constructor(settings: RecordedBoxSettings, address: string, port: number) {
    this.settings = settings;
    this.address = address;
    this.port = port;
  }

  open(): Promise<void> {
    const server = new ssh2.Server({ hostKeys: [this.hostKey.privatePem], ident: 'OpenSSH_8.2' }, (client) =>
      this.#accept(client),
    );
    server.on('error', () => {});
    this.#server = server;
    return new Promise((done, fail) => {
      server.once('error', fail);
      server.listen(this.port, this.address, () => done());
    });
  }

  close(): Promise<void> {
    for (const client of this.#connections) socketOf(client)?.destroy();
    return new Promise((done) => (this.#server ? this.#server.close(() => done()) : done()));
  }

  #accept(client: Connection): void {
    socketOf(client)?.setNoDelay(true);
    this.#connections.add(client);
    client.on('error', () => {});
    client.on('close', () => this.#connections.delete(client));
    client.on('authentication', (context) => this.#authenticate(context));
    client.on('session', (accept) => {
      const session = accept();
      session.on('pty', (accepted) => accepted?.());
      session.on('window-change', (accepted) => accepted?.());
      session.on('env', (_accepted, reject) => reject?.());
      session.on('exec', (_accepted, reject) => reject?.());
      session.on('sftp', (_accepted, reject) => reject?.());
      session.on('shell', (accepted) => {
        const channel = accepted();
        const player = new Player(this.settings.recording, {
          password: this.settings.password,
          show: (text) => void channel.write(text),
          end: () => {
            channel.exit(0);
            channel.end();
            setImmediate(() => client.end());
          },
          inVain: (what) => this.#note(what),
        });
        const decoder = new TextDecoder();
        channel.on('data', (data: Buffer) => player.type(decoder.decode(data, { stream: true })));
        channel.on('error', () => {});
        channel.on('close', () => player.close());
        client.on('close', () => player.close());
      });
    });
  }

  #note(what: InVain): void {
    this.inVain.push(what);
    process.stderr.write(
      `lab: ${this.settings.name}: the recording has no answer to ${JSON.stringify(what.typed)} at ${JSON.stringify(what.prompt)}; the box says nothing\n`,
    );
  }

  #authenticate(context: AuthContext): void {
    if (context.method !== 'password') {
      context.reject(['password']);
      return;
    }
    const ok = context.username === this.settings.user && context.password === this.settings.password;
    this.logins.push({ at: new Date().toISOString(), user: context.username, ok });
    if (ok) context.accept();
    else context.reject(['password']);
  }
}

const socketOf = (client: Connection): net.Socket | undefined =>
  (client as unknown as { _sock?: net.Socket })._sock;
