import type { Client, ClientChannel, SFTPWrapper } from 'ssh2';
import { RunbookError } from '../../errors/index.ts';
import type { Endpoint } from '../session.ts';
import type { ByteStream, Connection, ExecResult, SftpFiles } from './transport.ts';

type Lost = (endpoint: Endpoint, error?: Error) => RunbookError;

/** A logged-in client of the SSH library as a {@link Connection}. */
export function wrapClient(client: Client, endpoint: Endpoint, lost: Lost, hangUp: () => void): Connection {
  let reason: RunbookError | undefined;
  const listeners = new Set<(reason: RunbookError) => void>();

  function closed(error?: Error): void {
    if (reason !== undefined) return;
    reason = lost(endpoint, error);
    for (const listener of listeners) listener(reason);
    listeners.clear();
  }

  client.on('error', closed);
  client.on('close', () => closed());
  client.on('end', () => closed());

  /** Runs a call of the library and gives up on it when the connection ends or nothing comes; what comes later is discarded. */
  function within<T>(
    timeoutMs: number,
    what: string,
    start: (done: (error: Error | undefined, value: T) => void) => void,
    discard?: (late: T) => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (reason !== undefined) {
        reject(reason);
        return;
      }
      let isOver = false;
      const end = (act: () => void): void => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        listeners.delete(onLost);
        act();
      };
      const onLost = (why: RunbookError): void => {
        end(() => reject(why));
      };
      const timer = setTimeout(() => {
        const text = `${endpoint.name}: ${what}: no answer within ${timeoutMs} ms.`;
        end(() => reject(new RunbookError('SESSION_TIMEOUT', text)));
      }, timeoutMs);
      listeners.add(onLost);
      start((error, value) => {
        if (isOver) {
          if (error === undefined) discard?.(value);
          return;
        }
        end(() => {
          if (error === undefined) {
            resolve(value);
            return;
          }
          const text = `${endpoint.name}: ${what}: ${error.message}.`;
          reject(new RunbookError('DEVICE_SSH_PROTOCOL', text, { device: endpoint.name }, { cause: error }));
        });
      });
    });
  }

  return {
    get isClosed() {
      return reason !== undefined;
    },
    onClose(listener) {
      if (reason !== undefined) listener(reason);
      else listeners.add(listener);
    },
    close: hangUp,
    async openShell({ columns, rows, term }) {
      const channel = await within<ClientChannel>(30_000, 'a shell with a terminal', (done) =>
        client.shell({ cols: columns, rows, term, width: 0, height: 0 }, (error, value) =>
          done(error ?? undefined, value),
        ),
      );
      return wrapChannel(channel, () => reason);
    },
    exec(command, options) {
      return within<ExecResult>(options.timeoutMs, 'an exec channel', (done) => {
        client.exec(command, (error, channel) => {
          if (error !== undefined && error !== null) {
            done(error, undefined as never);
            return;
          }
          collect(channel, options.maxBytes, done);
          channel.end(options.input ?? Buffer.alloc(0));
        });
      });
    },
    async openSftp(timeoutMs) {
      const sftp = await within<SFTPWrapper>(timeoutMs, 'SFTP', (done) =>
        client.sftp((error, value) => done(error ?? undefined, value)),
      );
      sftp.on('error', () => undefined);
      return wrapSftp(sftp, (what, start) => within(timeoutMs, what, start));
    },
    forward(host, port, timeoutMs) {
      return within<ClientChannel>(
        timeoutMs,
        `a forwarding to ${host}:${port}`,
        (done) =>
          client.forwardOut('127.0.0.1', 0, host, port, (error, channel) =>
            done(error ?? undefined, channel),
          ),
        (late) => late.close(),
      );
    },
  };
}

function wrapChannel(channel: ClientChannel, reason: () => RunbookError | undefined): ByteStream {
  channel.on('error', () => undefined);
  return {
    write: (data) => void channel.write(data),
    onData(listener) {
      channel.on('data', listener);
      channel.stderr.on('data', listener);
    },
    onEnd(listener) {
      let told = false;
      const tell = (): void => {
        if (told) return;
        told = true;
        listener(reason());
      };
      channel.on('close', tell);
      channel.on('end', tell);
    },
    close: () => channel.close(),
  };
}

function collect(
  channel: ClientChannel,
  maxBytes: number,
  done: (error: Error | undefined, value: ExecResult) => void,
): void {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let size = 0;
  let status: number | undefined;
  const keep = (into: Buffer[]) => (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBytes) into.push(chunk);
    else channel.close();
  };
  channel.on('error', () => undefined);
  channel.on('data', keep(out));
  channel.stderr.on('data', keep(err));
  channel.on('exit', (code: number | null) => (status = code ?? undefined));
  channel.on('close', () => {
    if (size > maxBytes) {
      done(new Error(`more than ${maxBytes} bytes`), undefined as never);
      return;
    }
    done(undefined, { status, stdout: Buffer.concat(out), stderr: Buffer.concat(err) });
  });
}

function wrapSftp(
  sftp: SFTPWrapper,
  call: <T>(what: string, start: (done: (error: Error | undefined, value: T) => void) => void) => Promise<T>,
): SftpFiles {
  return {
    write: (path, content, mode) =>
      call<undefined>('writing by SFTP', (done) =>
        sftp.writeFile(path, content, { flag: 'wx', mode }, (error) => done(error ?? undefined, undefined)),
      ),
    read: async (path, maxBytes) => {
      const content = await call<Buffer>('reading by SFTP', (done) =>
        sftp.readFile(path, {}, (error, value) => done(error ?? undefined, value)),
      );
      if (content.length > maxBytes)
        throw new RunbookError('SESSION_OUTPUT_UNREADABLE', `The file has more than ${maxBytes} bytes.`);
      return content;
    },
    close: () => sftp.end(),
  };
}
