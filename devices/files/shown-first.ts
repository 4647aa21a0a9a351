import type { RootFiles } from './root-files.ts';
import type { FileStore } from './store.ts';

/** A way of moving files, and several small ones at once where they are no secret. */
export interface Files extends FileStore {
  /** Those that do not exist have undefined. */
  readAll(
    paths: readonly string[],
    options: { secret: boolean; maxBytes: number },
  ): Promise<ReadonlyMap<string, Buffer | undefined>>;
}

/** Small files that are no secret are shown by the root shell, in one answer each; everything else takes the way of the box. */
export function shownFirst(root: RootFiles, store: FileStore): Files {
  const readAll: Files['readAll'] = async (paths, { secret, maxBytes }) => {
    const together = secret
      ? await store.readTogether?.(paths, maxBytes)
      : await root.readShown(paths, maxBytes);
    const found = new Map<string, Buffer | undefined>(together);
    for (const path of paths)
      if (!found.has(path)) found.set(path, await store.read(path, { secret, maxBytes }));
    return found;
  };
  return {
    way: store.way,
    readAll,
    read: async (path, options) =>
      options.secret ? store.read(path, options) : (await readAll([path], options)).get(path),
    write: (path, content, options) => store.write(path, content, options),
    prove: async () => store.prove?.(),
  };
}
