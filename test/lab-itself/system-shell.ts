/** A person at a terminal of a box of the lab of real programs. */
import { once } from 'node:events';
import ssh2, { type ClientChannel, type ConnectConfig } from 'ssh2';

export interface SystemShell {
  type(text: string): void;
  /** Waits until what was shown since the last call ends so. */
  until(pattern: RegExp): Promise<string>;
  close(): void;
  readonly closed: Promise<unknown>;
}

type Target = Pick<ConnectConfig, 'host' | 'username' | 'password' | 'sock'>;

/** Logs in, where a hop is named through it. */
export async function shellAt(target: Target, hop?: Target): Promise<SystemShell> {
  const way = hop && (await connected(hop));
  try {
    const sock = way && (await tunnel(way, target.host ?? ''));
    const client = await connected({ ...target, ...(sock ? { sock } : {}) });
    const stream = await new Promise<ClientChannel>((resolve, reject) =>
      client.shell((error, channel) => (error ? reject(error) : resolve(channel))),
    );
    let shown = '';
    stream.on('data', (data: Buffer) => (shown += data.toString()));
    const closed = once(client, 'close');
    void closed.then(() => way?.end());
    return {
      type: (text) => stream.write(text),
      until: async (pattern) => {
        while (!pattern.test(shown))
          await Promise.race([once(stream, 'data'), failsAfter(20_000, () => shown)]);
        const text = shown;
        shown = '';
        return text;
      },
      close: () => client.end(),
      closed,
    };
  } catch (thrown) {
    way?.end();
    throw thrown;
  }
}

async function connected(target: Target): Promise<ssh2.Client> {
  const client = new ssh2.Client();
  client.connect({ ...target, readyTimeout: 15_000 });
  await once(client, 'ready');
  client.on('error', () => {});
  return client;
}

function tunnel(way: ssh2.Client, host: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) =>
    way.forwardOut('127.0.0.1', 0, host, 22, (error, channel) => (error ? reject(error) : resolve(channel))),
  );
}

async function failsAfter(ms: number, shown: () => string): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, ms).unref());
  throw new Error(`the terminal shows ${JSON.stringify(shown())}`);
}
