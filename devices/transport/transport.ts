import type { RunbookError } from '../../errors/index.ts';

/** Bytes to and from a program on the box. */
export interface ByteStream {
  write(data: string | Buffer): void;
  onData(listener: (chunk: Buffer) => void): void;
  /** Called once, with the reason when there is one. */
  onEnd(listener: (reason?: RunbookError) => void): void;
  close(): void;
}

export interface ExecResult {
  /** Undefined when the channel was closed without one. */
  readonly status: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** The little of SFTP that is needed. Paths are absolute. */
export interface SftpFiles {
  /** Makes a new file with this mode; fails when it exists. */
  write(path: string, content: Buffer, mode: number): Promise<void>;
  read(path: string, maxBytes: number): Promise<Buffer>;
  close(): void;
}

/** An SSH connection that has logged in. */
export interface Connection {
  openShell(terminal: { columns: number; rows: number; term: string }): Promise<ByteStream>;
  exec(
    command: string,
    options: { input?: Buffer; timeoutMs: number; maxBytes: number },
  ): Promise<ExecResult>;
  openSftp(timeoutMs: number): Promise<SftpFiles>;
  /** A stream to another address as seen from there, for jump hosts. */
  forward(host: string, port: number, timeoutMs: number): Promise<NodeJS.ReadWriteStream>;
  readonly isClosed: boolean;
  onClose(listener: (reason: RunbookError) => void): void;
  close(): void;
}
