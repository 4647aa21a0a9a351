import type { FileWay } from '../session.ts';

/**
 * Reads and writes whole files on a box as root, byte for byte, proven by SHA-256.
 * Errors: SESSION_NO_SPACE, SESSION_ECHO_VISIBLE, SESSION_COMMAND_FAILED, SESSION_OUTPUT_UNREADABLE, and those of the session.
 */
export interface FileStore {
  readonly way: FileWay;
  /** Undefined when there is no such file. */
  read(path: string, options: { secret: boolean; maxBytes: number }): Promise<Buffer | undefined>;
  /** Several secret files with as few round trips as one; only where the way can do that. Those that are missing or unreadable are left out. */
  readTogether?(paths: readonly string[], maxBytes: number): Promise<ReadonlyMap<string, Buffer>>;
  /** Contents by path. */
  write(files: ReadonlyMap<string, Buffer>, options: { secret: boolean }): Promise<void>;
  /** Sends random bytes as a secret there and back, where that was not done when this way was chosen. Throws what a file would meet. */
  prove?(): Promise<void>;
}
