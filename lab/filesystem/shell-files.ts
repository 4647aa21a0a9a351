import type { IFileSystem } from 'just-bash';
import { FsError, strerror } from './fs-error.ts';
import type { FsView } from './fs-view.ts';

const passed = [
  'readFile',
  'readFileBytes',
  'readFileBuffer',
  'exists',
  'stat',
  'lstat',
  'mkdir',
  'readdir',
  'rm',
  'cp',
  'mv',
  'resolvePath',
  'getAllPaths',
  'chmod',
  'symlink',
  'link',
  'readlink',
  'realpath',
  'utimes',
] as const;

/**
 * A view for the shell library, which writes redirected output after the command has run and dies of an error there: the
 * error is kept until the command that stands behind every such redirection asks for it.
 */
export class ShellFiles {
  readonly files: IFileSystem;
  #trouble: string | undefined;

  constructor(view: FsView) {
    const attempt = async (path: string, write: () => Promise<void>): Promise<void> => {
      try {
        await write();
      } catch (error) {
        if (!(error instanceof FsError) || !['ENOSPC', 'EACCES', 'ENOENT', 'ENOTDIR'].includes(error.code))
          throw error;
        this.#trouble =
          error.code === 'ENOSPC' ? `write error: ${strerror(error)}` : `${path}: ${strerror(error)}`;
      }
    };
    const methods: Record<string, unknown> = {};
    for (const name of passed) methods[name] = (view[name] as (...args: never[]) => unknown).bind(view);
    this.files = Object.assign(methods, {
      writeFile: (path: string, content: string | Uint8Array, options?: unknown) =>
        attempt(path, () => view.writeFile(path, content, options)),
      appendFile: (path: string, content: string | Uint8Array, options?: unknown) =>
        attempt(path, () => view.appendFile(path, content, options)),
    }) as unknown as IFileSystem;
  }

  /** The trouble of the last write, once. */
  take(): string | undefined {
    const trouble = this.#trouble;
    this.#trouble = undefined;
    return trouble;
  }
}
