import net from 'node:net';
import type { Connection } from 'ssh2';
import type { JumpHostSettings } from '../options.ts';
import { newHostKey, type HostKey } from './host-key.ts';
import { SshListener, takePassword, type PlainLogin } from './ssh-listener.ts';

/** Reasons of RFC 4254, 5.1, with words as OpenSSH has them. */
const failures = {
  prohibited: [1, 'administratively prohibited: open failed'],
  connectFailed: [2, 'connect failed: Connection refused'],
  shortage: [4, 'resource shortage'],
} as const;

/** A plain SSH server on the way: it gives no shell, only ways on to other addresses (direct-tcpip). */
export class JumpHost {
  readonly settings: JumpHostSettings;
  readonly address: string;
  readonly port: number;
  readonly hostKey: HostKey = newHostKey();
  readonly logins: PlainLogin[] = [];
  password: string;
  forwarding: 'allowed' | 'prohibited' = 'allowed';
  /** Channels that one connection may have at once. */
  maxChannels: number;
  refusedChannels = 0;
  maxOpenConnections = 0;
  maxOpenChannels = 0;
  readonly #connections = new Set<Connection>();
  readonly #sockets = new Set<net.Socket>();
  readonly #listener = new SshListener((client) => this.#accept(client));

  constructor(settings: JumpHostSettings, address: string, port: number) {
    this.settings = settings;
    this.address = address;
    this.port = port;
    this.password = settings.password;
    this.maxChannels = settings.maxChannels;
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  open(): Promise<void> {
    if (this.#listener.isOpen) return Promise.resolve();
    const { address, port, hostKey } = this;
    return this.#listener.open({ address, port, hostKey, ident: 'OpenSSH_9.2p1' });
  }

  /** It dies: every way through it ends without a word, nobody reaches it any more. */
  close(): Promise<void> {
    const closed = this.#listener.close();
    for (const socket of this.#sockets) socket.destroy();
    return closed;
  }

  #accept(client: Connection): void {
    let channels = 0;
    client.on('close', () => this.#connections.delete(client));
    client.on('authentication', (context) => {
      const login = takePassword(context, this.settings.user, this.password);
      if (login !== undefined) this.logins.push(login);
    });
    client.on('ready', () => {
      this.#connections.add(client);
      this.maxOpenConnections = Math.max(this.maxOpenConnections, this.#connections.size);
    });
    client.on('session', (_accept, reject) => reject());
    client.on('tcpip', (accept, reject, { destIP, destPort }) => {
      const refuse = (why: keyof typeof failures): void => {
        this.refusedChannels += 1;
        refuseFor(client, () => reject(), failures[why]);
      };
      if (this.forwarding === 'prohibited' || channels >= this.maxChannels) {
        refuse(this.forwarding === 'prohibited' ? 'prohibited' : 'shortage');
        return;
      }
      channels += 1;
      this.maxOpenChannels = Math.max(this.maxOpenChannels, channels);
      // Boxes see who comes: this address, not the engine's.
      const socket = net.connect({ host: destIP, port: destPort, localAddress: this.address });
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      let isConnected = false;
      socket.once('connect', () => {
        isConnected = true;
        const channel = accept();
        channel.on('error', () => socket.destroy());
        channel.on('close', () => socket.destroy());
        socket.on('close', () => channel.close());
        channel.pipe(socket).pipe(channel);
      });
      socket.on('error', () => {
        if (!isConnected) refuse('connectFailed');
      });
      socket.on('close', () => {
        channels -= 1;
        this.#sockets.delete(socket);
      });
    });
  }
}

/** The library refuses with one reason only; the others are put in its place. */
function refuseFor(client: Connection, reject: () => void, [reason, words]: readonly [number, string]): void {
  const { _protocol: protocol } = client as unknown as {
    _protocol: { channelOpenFail(channel: number, reason: number, words: string): void };
  };
  const own = Object.getOwnPropertyDescriptor(protocol, 'channelOpenFail');
  const send = protocol.channelOpenFail.bind(protocol);
  protocol.channelOpenFail = (channel) => send(channel, reason, words);
  reject();
  if (own) Object.defineProperty(protocol, 'channelOpenFail', own);
  else Reflect.deleteProperty(protocol, 'channelOpenFail');
}
