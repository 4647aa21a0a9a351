const texts = {
  ENOENT: 'no such file or directory',
  EEXIST: 'file already exists',
  ENOTDIR: 'not a directory',
  EISDIR: 'illegal operation on a directory',
  ENOTEMPTY: 'directory not empty',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOSPC: 'no space left on device',
  ELOOP: 'too many levels of symbolic links',
  EINVAL: 'invalid argument',
} as const;

const messages: Record<FsErrorCode, string> = {
  ENOENT: 'No such file or directory',
  EEXIST: 'File exists',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  ENOTEMPTY: 'Directory not empty',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  ENOSPC: 'No space left on device',
  ELOOP: 'Too many levels of symbolic links',
  EINVAL: 'Invalid argument',
};

export type FsErrorCode = keyof typeof texts;

/** An error as node's fs gives it; the shell library reads its code out of the text. */
export class FsError extends Error {
  readonly code: FsErrorCode;

  constructor(code: FsErrorCode, path: string) {
    super(`${code}: ${texts[code]}, '${path}'`);
    this.name = 'FsError';
    this.code = code;
  }
}

/** What coreutils print for an error: the text of strerror. */
export function strerror(error: unknown): string {
  if (error instanceof FsError) return messages[error.code];
  return error instanceof Error ? error.message : String(error);
}
