import type { Connection } from 'ssh2';
import { Player, type InVain } from '../recording/player.ts';
import type { Recording } from '../recording/recording-file.ts';
import { newHostKey, type HostKey } from './host-key.ts';
import { SshListener, takePassword, type PlainLogin } from './ssh-listener.ts';

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
  readonly logins: PlainLogin[] = [];
  /** What was typed and is not in the recording. */
  readonly inVain: InVain[] = [];
  readonly #listener = new SshListener((client) => this.#accept(client));

  constructor(settings: RecordedBoxSettings, address: string, port: number) {
    this.settings = settings;
    this.address = address;
    this.port = port;
  }

  open(): Promise<void> {
    const { address, port, hostKey } = this;
    return this.#listener.open({ address, port, hostKey, ident: 'OpenSSH_8.2' });
  }

  close(): Promise<void> {
    return this.#listener.close();
  }

  #accept(client: Connection): void {
    const { user, password } = this.settings;
    client.on('authentication', (context) => {
      const login = takePassword(context, user, password);
      if (login !== undefined) this.logins.push(login);
    });
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
}
