import type { Inode } from './inode.ts';
import type { Tree } from './tree.ts';

interface Found {
  readonly node: Inode;
  readonly path: string;
  readonly modes: Set<string>;
}

/** Remembers every file that ever held a password, with each mode that it had while it did. */
export class LooseSecrets {
  readonly #tree: Tree;
  readonly #passwords: () => Iterable<string>;
  readonly #found = new Map<Inode, Found>();

  constructor(tree: Tree, passwords: () => Iterable<string>) {
    this.#tree = tree;
    this.#passwords = passwords;
    tree.onChange = (node) => this.#look(node);
  }

  #look(node: Inode): void {
    if (!this.#holds(node)) return;
    const found = this.#found.get(node) ?? { node, path: this.#pathOf(node) ?? '', modes: new Set() };
    found.modes.add(node.mode.toString(8));
    this.#found.set(node, found);
  }

  #holds(node: Inode): boolean {
    for (const password of this.#passwords()) if (node.content.includes(password)) return true;
    return false;
  }

  list(): { path: string; modes: string[]; isThere: boolean }[] {
    return [...this.#found.values()].map(({ node, path, modes }) => {
      const now = this.#pathOf(node);
      return { path: now ?? path, modes: [...modes], isThere: now !== undefined && this.#holds(node) };
    });
  }

  #pathOf(wanted: Inode): string | undefined {
    const below = (folder: Inode, path: string): string | undefined => {
      for (const [name, node] of folder.children) {
        const found = node === wanted ? `${path}/${name}` : below(node, `${path}/${name}`);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    return below(this.#tree.root, '');
  }
}
