import { createConnection, Socket } from 'node:net';
import { Duplex, type Readable } from 'node:stream';
import ssh2 from 'ssh2';
import { RunbookError } from '../../errors/index.ts';
import type { Endpoint } from '../session.ts';
import { createAuthenticator, type LoginProgress } from './authenticate.ts';
import { fingerprintOf, hostKeyAlgorithms, judgeHostKey, keyTypeOf } from './host-keys.ts';
import { mapLoginError, mapSessionError } from './map-error.ts';
import { wrapClient } from './ssh-connection.ts';
import type { Connection } from './transport.ts';

export interface ConnectOptions {
  /** For TCP, and again for the SSH handshake up to the login. */
  readonly connectMs: number;
  /** From the moment the password is sent. */
  readonly loginMs: number;
  /** Between two signs of life; three missing ones end the connection. Default 15 s. */
  readonly keepAliveMs?: number;
  readonly signal?: AbortSignal;
  /** A stream through a jump host; without it a TCP connection is made. */
  readonly stream?: NodeJS.ReadWriteStream;
  /** Gives the password when the host key has been accepted; may wait for its turn, or throw to end the login. */
  readonly password: () => Promise<string>;
  readonly watch?: LoginWatch;
}

/** Told of a login as it goes on. */
export interface LoginWatch {
  /** Type and fingerprint of a key that is the known one. */
  hostKey(shown: string): void;
  /** The password goes this way. */
  method(name: string): void;
}

const nothing = (): void => undefined;

/**
 * Logs in to a box. The host key is judged before any password is sent; the password is tried once.
 * Errors: DEVICE_UNREACHABLE, DEVICE_HOST_KEY_UNKNOWN, DEVICE_HOST_KEY_CHANGED, DEVICE_HOST_KEY_REVOKED, DEVICE_AUTH_FAILED,
 * DEVICE_PASSWORD_EXPIRED, DEVICE_SSH_PROTOCOL, and what `password` throws.
 */
export async function connectSsh(endpoint: Endpoint, options: ConnectOptions): Promise<Connection> {
  options.signal?.throwIfAborted();
  const stream = options.stream ?? (await openSocket(endpoint, options.connectMs, options.signal));
  const client = new ssh2.Client();
  // A client can emit `error` twice; one without a listener would end the process.
  client.on('error', nothing);
  const progress: LoginProgress = { reachedLogin: false, passwordSent: false };

  await new Promise<void>((resolve, reject) => {
    let timer = startTimer(options.connectMs, 'no SSH handshake');

    function startTimer(ms: number, what: string): NodeJS.Timeout {
      return setTimeout(() => fail(new Error(`${what} within ${ms} ms`)), ms);
    }

    function fail(error: Error): void {
      settle();
      client.destroy();
      const aborted = options.signal?.aborted === true && !progress.passwordSent;
      reject(aborted ? (options.signal?.reason as Error) : mapLoginError(endpoint, error, progress));
    }

    function settle(): void {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      client.off('error', fail).off('close', onClose).off('ready', onReady);
    }

    const onClose = (): void => fail(new Error('the connection was closed'));
    const onAbort = (): void => fail(new Error('given up'));
    const onReady = (): void => {
      settle();
      resolve();
    };

    const password = async (): Promise<string> => {
      // The wait for one's turn is no fault of the box.
      clearTimeout(timer);
      const text = await options.password();
      timer = startTimer(options.loginMs, 'no answer to the login');
      return text;
    };
    const authenticator = createAuthenticator(
      endpoint,
      password,
      progress,
      () => fail(new Error('login ended')),
      options.watch,
    );

    options.signal?.addEventListener('abort', onAbort, { once: true });
    client.on('error', fail).on('close', onClose).on('ready', onReady);
    client.on('change password', (message: string) => {
      progress.reason = new RunbookError(
        'DEVICE_PASSWORD_EXPIRED',
        `${endpoint.name}: wants a new password at login: ${message}`,
        {
          device: endpoint.name,
          freeze: 'box',
        },
      );
      fail(progress.reason);
    });
    client.connect({
      sock: stream as Readable,
      username: endpoint.credential.username,
      readyTimeout: 0,
      keepaliveInterval: options.keepAliveMs ?? 15_000,
      keepaliveCountMax: 3,
      hostVerifier: (blob: Buffer) => {
        const verdict = judgeHostKey(endpoint, blob);
        if (verdict !== undefined) progress.reason = verdict;
        else options.watch?.hostKey(`${keyTypeOf(blob)} ${fingerprintOf(blob)}`);
        return verdict === undefined;
      },
      authHandler: authenticator as ssh2.AuthHandlerMiddleware,
      algorithms: {
        serverHostKey: hostKeyAlgorithms(endpoint.hostKeys) as ssh2.ServerHostKeyAlgorithm[],
        // Without its native part the library is slowest with chacha20, which it may offer first.
        cipher: [
          'aes128-gcm@openssh.com',
          'aes256-gcm@openssh.com',
          'chacha20-poly1305@openssh.com',
          'aes128-ctr',
          'aes192-ctr',
          'aes256-ctr',
        ] as ssh2.CipherAlgorithm[],
        // First by what it costs the client; the rest is what old boxes speak.
        kex: [
          'ecdh-sha2-nistp256',
          'curve25519-sha256',
          'curve25519-sha256@libssh.org',
          'ecdh-sha2-nistp384',
          'ecdh-sha2-nistp521',
          'diffie-hellman-group-exchange-sha256',
          'diffie-hellman-group14-sha256',
          'diffie-hellman-group16-sha512',
          'diffie-hellman-group14-sha1',
        ] as ssh2.KexAlgorithm[],
      },
    });
  });
  return wrapClient(client, endpoint, mapSessionError, () => {
    client.end();
    // After its own `end` the library's `destroy` does nothing, and a box that has gone never ends the connection.
    if (stream instanceof Socket) stream.destroySoon();
    else if (stream instanceof Duplex) stream.destroy();
  });
}

function openSocket(endpoint: Endpoint, timeoutMs: number, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: endpoint.host, port: endpoint.port });
    const timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const onAbort = (): void => fail(new Error('given up'));
    signal?.addEventListener('abort', onAbort, { once: true });

    function settle(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off('error', fail);
      socket.on('error', nothing);
    }
    function fail(error: Error): void {
      settle();
      socket.destroy();
      const progress: LoginProgress = { reachedLogin: false, passwordSent: false };
      reject(signal?.aborted === true ? (signal.reason as Error) : mapLoginError(endpoint, error, progress));
    }

    socket.on('error', fail);
    socket.once('connect', () => {
      settle();
      // Without this every small line waits for the acknowledgement of the one before.
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}
