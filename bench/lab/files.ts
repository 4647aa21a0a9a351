/** A file or a folder. Contents are shared between boxes until somebody writes. */
export interface Node {
  content: Buffer | undefined;
  mode: number;
  uid: number;
  mtimeMs: number;
  ctimeMs: number;
}

export class FileFault extends Error {}

/** The files of one box. Folders are nodes without content; `/` always exists. A shared base lies below, which nobody can change. */
export class Files {
  readonly #base: ReadonlyMap<string, Node>;
  readonly #own = new Map<string, Node | undefined>();

  constructor(base: ReadonlyMap<string, Node>) {
    this.#base = base;
  }

  get(path: string): Node | undefined {
    return this.#own.has(path) ? this.#own.get(path) : this.#base.get(path);
  }

  /** For a change of the node itself: a shared one is copied first. */
  change(path: string): Node {
    const node = this.get(path);
    if (node === undefined) throw new FileFault(`${path}: No such file or directory`);
    if (this.#own.get(path) === node) return node;
    const copy = { ...node };
    this.#own.set(path, copy);
    return copy;
  }

  put(path: string, node: Node): void {
    const parent = this.get(parentOf(path));
    if (parent === undefined || parent.content !== undefined)
      throw new FileFault(`${path}: No such file or directory`);
    this.#own.set(path, node);
  }

  remove(path: string): void {
    for (const inside of this.below(path)) this.#own.set(inside, undefined);
    this.#own.set(path, undefined);
  }

  /** Every path below a folder. */
  below(path: string): string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    return [...new Set([...this.#base.keys(), ...this.#own.keys()])].filter(
      (candidate) => candidate.startsWith(prefix) && candidate !== path && this.get(candidate) !== undefined,
    );
  }

  /** Names in a folder, sorted. */
  list(path: string): string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    return this.below(path)
      .map((inside) => inside.slice(prefix.length))
      .filter((name) => name !== '' && !name.includes('/'))
      .sort();
  }
}

export function parentOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at <= 0 ? '/' : path.slice(0, at);
}

export function normalise(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  // The application's own root and the short names are one place.
  if (parts[0] === 'ngfw') parts.shift();
  return `/${parts.join('/')}`;
}

export function folder(mode = 0o755, now = 0): Node {
  return { content: undefined, mode, uid: 0, mtimeMs: now, ctimeMs: now };
}

export function file(content: Buffer | string, mode = 0o644, now = 0): Node {
  return { content: Buffer.from(content), mode, uid: 0, mtimeMs: now, ctimeMs: now };
}
