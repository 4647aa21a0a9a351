import type { RootFiles } from './root-files.ts';
import type { FileStore } from './store.ts';

/** A way of moving files, and several small ones at once where they are no secret. */
export interface Files extends FileStore {
  /** Those that do not exist have undefined. */
  readAll(paths: readonly string[], maxBytes: number): Promise<ReadonlyMap<string, Buffer | undefined>>;
}

/** Small files that are no secret are shown by the root shell, in one answer each; everything else takes the way of the box. */
export function shownFirst(root: RootFiles, store: FileStore): Files {
  async function readAll(
    paths: readonly string[],
    maxBytes: number,
  ): Promise<Map<string, Buffer | undefined>> {
    const found = await root.readShown(paths, maxBytes);
    for (const path of paths)
      if (!found.has(path)) found.set(path, await store.read(path, { secret: false, maxBytes }));
    return found;
  }
  return {
    way: store.way,
    readAll,
    read: async (path, options) =>
      options.secret ? store.read(path, options) : (await readAll([path], options.maxBytes)).get(path),
    write: (path, content, options) => store.write(path, content, options),
  };
}
