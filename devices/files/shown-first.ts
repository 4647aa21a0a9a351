import type { Answers, FileWay, Questions } from '../session.ts';
import { lookScript, readLook, readShown } from './look.ts';
import type { RootFiles } from './root-files.ts';
import type { FileStore } from './store.ts';

/** The files of a box: small ones that are no secret are shown by the root shell, everything else takes the way of the box. */
export class Files {
  readonly #root: RootFiles;
  readonly #choose: () => Promise<FileStore>;
  #store: Promise<FileStore> | undefined;
  #way: FileWay | undefined;

  /** `choose` finds the way of the box, by sending random bytes: not before something has to take it. */
  constructor(root: RootFiles, choose: () => Promise<FileStore>) {
    this.#root = root;
    this.#choose = choose;
  }

  /** The way that was chosen, if any was. */
  get chosen(): FileWay | undefined {
    return this.#way;
  }

  async read(path: string, options: { secret: boolean; maxBytes: number }): Promise<Buffer | undefined> {
    return (await this.readAll([path], options)).get(path);
  }

  /** Several files with few answers of the box where they are small. Those that do not exist have undefined. */
  async readAll(
    paths: readonly string[],
    { secret, maxBytes }: { secret: boolean; maxBytes: number },
  ): Promise<ReadonlyMap<string, Buffer | undefined>> {
    if (!secret) return (await this.look({ files: paths }, maxBytes)).files;
    const store = await this.#chosen();
    const found = new Map<string, Buffer | undefined>(await store.readTogether?.(paths, maxBytes));
    for (const path of paths)
      if (!found.has(path)) found.set(path, await store.read(path, { secret, maxBytes }));
    return found;
  }

  /** Files that are no secret and commands, with one answer. What is too long to be shown takes the way of the box. */
  async look<K extends string>(questions: Questions<K>, maxBytes: number): Promise<Answers<K>> {
    const { folder, files = [], commands = {} } = questions;
    const names = Object.keys(commands);
    const { script, nonce } = lookScript(questions, maxBytes);
    const raw = await this.#root.try(script, false, questions.timeoutMs);
    const answers = readLook(raw.output, nonce, files.length + names.length);
    if (answers === undefined)
      throw this.#root.unreadable('an answer to several questions is not whole.', raw);
    const found = new Map<string, Buffer | undefined>();
    for (const [index, path] of files.entries()) {
      const shown = readShown(answers[index]);
      const full = folder === undefined || path.startsWith('/') ? path : `${folder}/${path}`;
      found.set(
        path,
        shown === undefined
          ? await (await this.#chosen()).read(full, { secret: false, maxBytes })
          : shown === 'absent'
            ? undefined
            : shown,
      );
    }
    const isThere = folder === undefined || answers.length > 0;
    const said = names.map((name, index) => [
      name,
      answers[files.length + index] ?? { status: 1, output: '' },
    ]);
    return { isThere, files: found, answers: Object.fromEntries(said) as Answers<K>['answers'] };
  }

  async write(files: ReadonlyMap<string, Buffer>, options: { secret: boolean }): Promise<void> {
    await (await this.#chosen()).write(files, options);
  }

  async prove(): Promise<void> {
    await (await this.#chosen()).prove?.();
  }

  async way(): Promise<FileWay> {
    return (await this.#chosen()).way;
  }

  async #chosen(): Promise<FileStore> {
    this.#store ??= this.#choose();
    try {
      const store = await this.#store;
      this.#way = store.way;
      return store;
    } catch (error) {
      this.#store = undefined;
      throw error;
    }
  }
}
