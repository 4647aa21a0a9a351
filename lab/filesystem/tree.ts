import { FsError } from './fs-error.ts';
import { Inode, type OnChange } from './inode.ts';

/** Where an absolute path leads: the folder it is in, the last name, and the node if there is one. */
export interface Place {
  readonly parent: Inode;
  readonly name: string;
  readonly path: string;
  readonly node: Inode | undefined;
}

/** The tree of one appliance. Synchronous; knows nothing of users or space, which FsView adds. */
export class Tree {
  readonly root: Inode;
  onChange: OnChange | undefined;
  #nextIno = 2;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.root = this.make('dir', 0o755);
  }

  make(kind: Inode['kind'], mode: number, uid = 0, gid = 0): Inode {
    return new Inode(this.#nextIno++, kind, { mode, uid, gid }, this.#nowMs, (node) => this.onChange?.(node));
  }

  /** Resolves an absolute path. Links in the middle are followed; a link at the end only if asked. */
  place(path: string, options: { followLast?: boolean } = {}): Place {
    return this.#walk(path, options.followLast ?? true, 0);
  }

  #walk(path: string, followLast: boolean, depth: number): Place {
    if (depth > 40) throw new FsError('ELOOP', path);
    const names = normalize(path)
      .split('/')
      .filter((name) => name !== '');
    let at = this.root;
    let atPath = '';
    for (let i = 0; i < names.length; i++) {
      const name = names[i] ?? '';
      const last = i === names.length - 1;
      if (at.kind !== 'dir') throw new FsError('ENOTDIR', path);
      const child = at.children.get(name);
      if (child?.kind === 'link' && (!last || followLast)) {
        const target = child.target.startsWith('/') ? child.target : `${atPath}/${child.target}`;
        return this.#walk([target, ...names.slice(i + 1)].join('/'), followLast, depth + 1);
      }
      if (last) return { parent: at, name, path: `${atPath}/${name}`, node: child };
      if (!child) throw new FsError('ENOENT', path);
      at = child;
      atPath = `${atPath}/${name}`;
    }
    return { parent: this.root, name: '', path: '/', node: this.root };
  }

  find(path: string): Inode | undefined {
    try {
      return this.place(path).node;
    } catch {
      return undefined;
    }
  }

  /** Makes a folder and those above it; used to furnish the appliance, not by its users. */
  folder(path: string, mode = 0o755): Inode {
    let at = this.root;
    for (const name of normalize(path)
      .split('/')
      .filter((n) => n !== '')) {
      let child = at.children.get(name);
      if (child?.kind === 'link') child = this.find(child.target);
      if (!child) {
        child = this.make('dir', mode);
        at.children.set(name, child);
      }
      at = child;
    }
    return at;
  }

  /** Writes a whole file, owner root; used to furnish the appliance and by its daemons. Space is not charged. */
  put(path: string, content: string | Buffer, mode = 0o644): Inode {
    const cut = path.lastIndexOf('/');
    const parent = this.folder(path.slice(0, cut));
    const name = path.slice(cut + 1);
    let node = parent.children.get(name);
    if (!node) {
      node = this.make('file', mode);
      parent.children.set(name, node);
    }
    node.content = Buffer.from(content);
    if (node.mode !== mode) node.mode = mode;
    return node;
  }

  link(path: string, target: string): void {
    const cut = path.lastIndexOf('/');
    const node = this.make('link', 0o777);
    node.target = target;
    this.folder(path.slice(0, cut)).children.set(path.slice(cut + 1), node);
  }

  text(path: string): string | undefined {
    const node = this.find(path);
    return node?.kind === 'file' ? node.content.toString('utf8') : undefined;
  }
}

/** Removes `.`, `..` and doubled slashes from an absolute path. */
export function normalize(path: string): string {
  const out: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name === '..') out.pop();
    else out.push(name);
  }
  return `/${out.join('/')}`;
}
