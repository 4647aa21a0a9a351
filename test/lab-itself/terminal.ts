import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { Lab } from '../../lab/index.ts';

/** A person at a terminal: types, and waits for what must appear. Everything seen since the last wait is returned. */
export class Terminal {
  readonly #client: ssh2.Client;
  readonly #channel: ssh2.ClientChannel;
  #seen = '';
  closed = false;
  #wake: (() => void) | undefined;

  constructor(client: ssh2.Client, channel: ssh2.ClientChannel) {
    this.#client = client;
    this.#channel = channel;
    channel.on('data', (data: Buffer) => {
      this.#seen += data.toString('utf8');
      this.#wake?.();
    });
    channel.on('close', () => {
      this.closed = true;
      this.#wake?.();
    });
  }

  type(text: string): void {
    this.#channel.write(text);
  }

  /** Waits until the pattern appears, or fails with what stands on the screen. */
  async until(pattern: RegExp, timeoutMs = 4000): Promise<string> {
    const endAt = Date.now() + timeoutMs;
    for (;;) {
      const match = pattern.exec(this.#seen);
      if (match) {
        const end = match.index + match[0].length;
        const text = this.#seen.slice(0, end);
        this.#seen = this.#seen.slice(end);
        return text;
      }
      const left = endAt - Date.now();
      if (left <= 0 || this.closed)
        throw new Error(
          `${pattern} did not appear; on the screen: ${JSON.stringify(this.#seen.slice(-600))}`,
        );
      await new Promise<void>((done) => {
        const timer = setTimeout(done, left);
        this.#wake = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
  }

  /** Waits until the box has ended the session. */
  async ended(timeoutMs = 4000): Promise<void> {
    await this.until(/(?!)/, timeoutMs).catch((error: unknown) => {
      if (!this.closed) throw error;
    });
  }

  /** Runs a line in a root shell with the sentinel prompt `@@ ` set; returns its output and status. */
  async run(line: string, timeoutMs = 4000): Promise<{ out: string; status: number }> {
    this.type(`${line}\r`);
    const text = await this.until(/@(\d+)@ /, timeoutMs);
    const status = Number(/@(\d+)@ $/.exec(text)?.[1]);
    return {
      out: text
        .replace(/@\d+@ $/, '')
        .replaceAll('\r\n', '\n')
        .replace(/^\n/, ''),
      status,
    };
  }

  close(): void {
    this.#client.end();
  }

  /** Ends the connection without a word, as a broken network does. */
  cut(): void {
    this.#client.destroy();
  }
}

export async function login(
  lab: Lab,
  name: string,
  options: { columns?: number; password?: string } = {},
): Promise<Terminal> {
  const box = lab.box(name);
  if (!box) throw new Error(`no box ${name}`);
  const { address, sshPort } = box.identity;
  return loginTo(address, sshPort, 'admin', options.password ?? lab.settings.password, options.columns);
}

export async function loginTo(
  host: string,
  port: number,
  username: string,
  password: string,
  columns = 512,
): Promise<Terminal> {
  const client = new ssh2.Client();
  client.on('error', () => {});
  await new Promise<void>((done, fail) => {
    client.once('ready', done);
    client.once('error', fail);
    client.once('connect', () =>
      (client as unknown as { setNoDelay?: (on: boolean) => void }).setNoDelay?.(true),
    );
    client.connect({ host, port, username, password });
  });
  const channel = await new Promise<ssh2.ClientChannel>((done, fail) => {
    client.shell({ term: 'vt100', cols: columns, rows: 200 }, (error, stream) =>
      error ? fail(error) : done(stream),
    );
  });
  return new Terminal(client, channel);
}

/** Logs in and becomes root, with echo off and a prompt that shows the last status. */
export async function rootShell(lab: Lab, name: string): Promise<Terminal> {
  const terminal = await login(lab, name);
  await terminal.until(/\r\n\x1bE\x1b\[J\x07> $/);
  terminal.type('expert\r');
  await terminal.until(/admin@[\w-]+:\S*\$ $/);
  terminal.type('sudo su -\r');
  await terminal.until(/Password: $/);
  terminal.type(`${lab.settings.password}\r`);
  await terminal.until(/root@[\w-]+:~# $/);
  terminal.type(`stty -echo; PS1='@$?@ '\r`);
  await terminal.until(/@0@ $/);
  return terminal;
}

export async function devicesCsv(lab: Lab): Promise<string> {
  return await readFile(join(lab.dir, 'devices.csv'), 'utf8');
}
