import type { ByteString, FsStat, IFileSystem } from 'just-bash';
import { unsafeBytesFromLatin1 } from 'just-bash';
import type { Disk } from './disk.ts';
import { FsError } from './fs-error.ts';
import type { Inode } from './inode.ts';
import { normalize, type Place, type Tree } from './tree.ts';

/** Who acts: a process of the appliance. `umask` is read at each creation, as the shell may change it. */
export interface Actor {
  readonly uid: number;
  readonly gid: number;
  umask: number;
  /** The controlling terminal behind /dev/tty; undefined for daemons. */
  readonly tty: { write(text: string): void; readLine(): Promise<string> } | undefined;
}

/** Called before a rename; a test may hold it, to stop a delivery between two renames. */
export type RenameGate = (from: string, to: string) => Promise<void>;

/** One process's view of the appliance's files: owners, modes, umask, space, /dev. */
export class FsView implements IFileSystem {
  readonly tree: Tree;
  readonly actor: Actor;
  readonly #disk: Disk;
  readonly #gate: RenameGate;
  readonly #nowMs: () => number;

  constructor(tree: Tree, disk: Disk, actor: Actor, nowMs: () => number, gate: RenameGate) {
    this.tree = tree;
    this.#disk = disk;
    this.actor = actor;
    this.#nowMs = nowMs;
    this.#gate = gate;
  }

  async readFileBuffer(path: string): Promise<Uint8Array> {
    const special = await this.#readSpecial(path);
    if (special) return special;
    this.#search(path);
    const { node } = this.tree.place(path);
    if (!node) throw new FsError('ENOENT', path);
    if (node.kind === 'dir') throw new FsError('EISDIR', path);
    this.#allow(node, 4, path);
    if (node.kind === 'fifo') return this.#readFifo(node);
    return node.content;
  }

  async readFile(path: string, options?: unknown): Promise<string> {
    const bytes = Buffer.from(await this.readFileBuffer(path));
    const encoding =
      typeof options === 'string' ? options : (options as { encoding?: string } | undefined)?.encoding;
    return bytes.toString(encoding === 'binary' || encoding === 'latin1' ? 'latin1' : 'utf8');
  }

  async readFileBytes(path: string): Promise<ByteString> {
    return unsafeBytesFromLatin1(Buffer.from(await this.readFileBuffer(path)).toString('latin1'));
  }

  async writeFile(path: string, content: string | Uint8Array, options?: unknown): Promise<void> {
    await this.#write(path, toBuffer(content, options), false);
  }

  async appendFile(path: string, content: string | Uint8Array, options?: unknown): Promise<void> {
    await this.#write(path, toBuffer(content, options), true);
  }

  async #write(path: string, bytes: Buffer, append: boolean): Promise<void> {
    if (path === '/dev/null') return;
    if (path === '/dev/tty') {
      if (!this.actor.tty) throw new FsError('ENOENT', path);
      this.actor.tty.write(bytes.toString('utf8'));
      return;
    }
    this.#search(path);
    const place = this.tree.place(path);
    let node = place.node;
    if (node?.kind === 'dir') throw new FsError('EISDIR', path);
    if (node) this.#allow(node, 2, path);
    else {
      this.#allow(place.parent, 2, path);
      node = this.tree.make('file', 0o666 & ~this.actor.umask, this.actor.uid, this.actor.gid);
      place.parent.children.set(place.name, node);
      place.parent.mtimeMs = this.#nowMs();
    }
    if (node.kind === 'fifo') {
      node.content = Buffer.concat([node.content, bytes]);
      return;
    }
    // Like a real box: the file is truncated first, then written until the space is gone.
    if (!append) {
      this.#disk.giveBack(place.path, node.content.length);
      node.content = Buffer.alloc(0);
    }
    const taken = this.#disk.take(place.path, bytes.length);
    node.content = Buffer.concat([node.content, bytes.subarray(0, taken)]);
    if (taken < bytes.length) throw new FsError('ENOSPC', path);
  }

  async exists(path: string): Promise<boolean> {
    return isDevice(path) || this.tree.find(path) !== undefined;
  }

  async stat(path: string): Promise<FsStat> {
    if (isDevice(path)) return deviceStat;
    return toStat(this.inode(path));
  }

  async lstat(path: string): Promise<FsStat> {
    if (isDevice(path)) return deviceStat;
    return toStat(this.inode(path, { followLast: false }));
  }

  /** The node at a path; throws ENOENT. */
  inode(path: string, options: { followLast?: boolean } = {}): Inode {
    this.#search(path);
    const { node } = this.tree.place(path, options);
    if (!node) throw new FsError('ENOENT', path);
    return node;
  }

  async mkdir(path: string, options?: { recursive?: boolean }): Promise<void> {
    if (options?.recursive) {
      const names = normalize(path).split('/').slice(1);
      for (let i = 1; i <= names.length; i++) {
        const at = `/${names.slice(0, i).join('/')}`;
        if (!this.tree.find(at)) await this.mkdir(at);
      }
      return;
    }
    const place = this.tree.place(path);
    if (place.node) throw new FsError('EEXIST', path);
    this.#allow(place.parent, 2, path);
    place.parent.children.set(
      place.name,
      this.tree.make('dir', 0o777 & ~this.actor.umask, this.actor.uid, this.actor.gid),
    );
  }

  async readdir(path: string): Promise<string[]> {
    const node = this.inode(path);
    if (node.kind !== 'dir') throw new FsError('ENOTDIR', path);
    this.#allow(node, 4, path);
    return [...node.children.keys()].sort();
  }

  async rm(path: string, options?: { recursive?: boolean; force?: boolean }): Promise<void> {
    let place: Place;
    try {
      place = this.tree.place(path, { followLast: false });
      if (!place.node) throw new FsError('ENOENT', path);
    } catch (error) {
      if (options?.force) return;
      throw error;
    }
    const node = place.node;
    if (node.kind === 'dir' && node.children.size > 0 && !options?.recursive)
      throw new FsError('ENOTEMPTY', path);
    this.#allow(place.parent, 2, path);
    this.#disk.giveBack(place.path, sizeOf(node));
    place.parent.children.delete(place.name);
    node.touch();
    place.parent.mtimeMs = this.#nowMs();
  }

  async cp(src: string, dest: string, options?: { recursive?: boolean }): Promise<void> {
    const node = this.inode(src);
    if (node.kind === 'dir') {
      if (!options?.recursive) throw new FsError('EISDIR', src);
      await this.mkdir(dest, { recursive: true });
      for (const name of node.children.keys()) await this.cp(`${src}/${name}`, `${dest}/${name}`, options);
      return;
    }
    await this.writeFile(dest, await this.readFileBuffer(src));
  }

  /** rename(2): atomic, keeps the node, replaces the target. */
  async mv(src: string, dest: string): Promise<void> {
    await this.#gate(normalize(src), normalize(dest));
    const from = this.tree.place(src, { followLast: false });
    if (!from.node) throw new FsError('ENOENT', src);
    const to = this.tree.place(dest, { followLast: false });
    this.#allow(from.parent, 2, src);
    this.#allow(to.parent, 2, dest);
    if (to.node === from.node) return;
    if (to.node?.kind === 'dir' && from.node.kind !== 'dir') throw new FsError('EISDIR', dest);
    if (to.node?.kind === 'dir' && to.node.children.size > 0) throw new FsError('ENOTEMPTY', dest);
    if (this.#disk.mountOf(from.path) !== this.#disk.mountOf(to.path)) {
      const bytes = sizeOf(from.node);
      if (this.#disk.mountOf(to.path).freeBytes < bytes) throw new FsError('ENOSPC', dest);
      this.#disk.take(to.path, bytes);
      this.#disk.giveBack(from.path, bytes);
    }
    if (to.node) this.#disk.giveBack(to.path, sizeOf(to.node));
    from.parent.children.delete(from.name);
    to.parent.children.set(to.name, from.node);
    from.node.touch();
    for (const folder of [from.parent, to.parent]) folder.mtimeMs = this.#nowMs();
  }

  resolvePath(base: string, path: string): string {
    return normalize(path.startsWith('/') ? path : `${base}/${path}`);
  }

  /** Only used for globbing shortcuts; the shell falls back to readdir. */
  getAllPaths(): string[] {
    return [];
  }

  async chmod(path: string, mode: number): Promise<void> {
    const node = this.inode(path);
    if (this.actor.uid !== 0 && node.uid !== this.actor.uid) throw new FsError('EPERM', path);
    node.mode = mode & 0o7777;
  }

  async chown(path: string, owner: { uid?: number; gid?: number }): Promise<void> {
    const node = this.inode(path);
    if (this.actor.uid !== 0) throw new FsError('EPERM', path);
    node.uid = owner.uid ?? node.uid;
    node.gid = owner.gid ?? node.gid;
  }

  async mkfifo(path: string): Promise<void> {
    const place = this.tree.place(path);
    if (place.node) throw new FsError('EEXIST', path);
    place.parent.children.set(
      place.name,
      this.tree.make('fifo', 0o666 & ~this.actor.umask, this.actor.uid, this.actor.gid),
    );
  }

  async symlink(target: string, linkPath: string): Promise<void> {
    const place = this.tree.place(linkPath, { followLast: false });
    if (place.node) throw new FsError('EEXIST', linkPath);
    const node = this.tree.make('link', 0o777, this.actor.uid, this.actor.gid);
    node.target = target;
    place.parent.children.set(place.name, node);
  }

  async link(existingPath: string, newPath: string): Promise<void> {
    const place = this.tree.place(newPath);
    if (place.node) throw new FsError('EEXIST', newPath);
    const node = this.inode(existingPath);
    place.parent.children.set(place.name, node);
    node.touch();
  }

  async readlink(path: string): Promise<string> {
    const node = this.inode(path, { followLast: false });
    if (node.kind !== 'link') throw new FsError('EINVAL', path);
    return node.target;
  }

  async realpath(path: string): Promise<string> {
    const place = this.tree.place(path);
    if (!place.node) throw new FsError('ENOENT', path);
    return place.path;
  }

  async utimes(path: string, _atime: Date, mtime: Date): Promise<void> {
    this.inode(path).mtimeMs = mtime.getTime();
  }

  mayRead(node: Inode): boolean {
    try {
      this.#allow(node, 4, '');
      return true;
    } catch {
      return false;
    }
  }

  /** Without the search bit on a folder nothing below it can be reached. */
  #search(path: string): void {
    if (this.actor.uid === 0) return;
    const names = normalize(path).split('/').slice(1, -1);
    for (let i = 1; i <= names.length; i++) {
      const node = this.tree.find(`/${names.slice(0, i).join('/')}`);
      if (node?.kind === 'dir') this.#allow(node, 1, path);
    }
  }

  #allow(node: Inode, bit: 1 | 2 | 4, path: string): void {
    if (this.actor.uid === 0) return;
    const shift = node.uid === this.actor.uid ? 6 : node.gid === this.actor.gid ? 3 : 0;
    if (((node.mode >> shift) & bit) === 0) throw new FsError('EACCES', path);
  }

  async #readSpecial(path: string): Promise<Buffer | undefined> {
    if (path === '/dev/null') return Buffer.alloc(0);
    if (path === '/dev/tty') {
      if (!this.actor.tty) throw new FsError('ENOENT', path);
      return Buffer.from(await this.actor.tty.readLine());
    }
    if (path === '/dev/urandom' || path === '/dev/random')
      return (await import('node:crypto')).randomBytes(4096);
    return undefined;
  }

  /** A FIFO gives what was written to it, and waits while it is empty. */
  async #readFifo(node: Inode): Promise<Buffer> {
    while (node.content.length === 0) await new Promise((done) => setTimeout(done, 20));
    const bytes = node.content;
    node.content = Buffer.alloc(0);
    return bytes;
  }
}

const devices = new Set(['/dev/null', '/dev/tty', '/dev/urandom', '/dev/random']);
// The commands that the rewriting of lines puts in exist for the shell library only; no listing shows them.
const isDevice = (path: string): boolean => devices.has(path) || path.startsWith('/usr/bin/__');
const deviceStat: FsStat = {
  isFile: false,
  isDirectory: false,
  isSymbolicLink: false,
  mode: 0o777,
  size: 0,
  mtime: new Date(0),
};

function sizeOf(node: Inode): number {
  let bytes = node.content.length;
  for (const child of node.children.values()) bytes += sizeOf(child);
  return bytes;
}

function toStat(node: Inode): FsStat {
  return {
    isFile: node.kind === 'file' || node.kind === 'fifo',
    isDirectory: node.kind === 'dir',
    isSymbolicLink: node.kind === 'link',
    mode: node.mode,
    size: node.kind === 'dir' ? 4096 : node.kind === 'link' ? node.target.length : node.content.length,
    mtime: new Date(node.mtimeMs),
    ino: node.ino,
  };
}

/** Text is written as UTF-8 unless the shell says that each character is one byte. */
function toBuffer(content: string | Uint8Array, options: unknown): Buffer {
  if (typeof content !== 'string') return Buffer.from(content);
  const encoding =
    typeof options === 'string' ? options : (options as { encoding?: string } | undefined)?.encoding;
  return Buffer.from(content, encoding === 'binary' || encoding === 'latin1' ? 'latin1' : 'utf8');
}
