/** Told of each change of a node's content or mode. */
export type OnChange = (node: Inode) => void;

const noBytes = Buffer.alloc(0);

/**
 * One file, folder, link or FIFO. Ids are numeric, mode holds the twelve permission bits only. Whatever is changed sets the
 * time of the last change (ctime), which nobody can set back.
 */
export class Inode {
  readonly ino: number;
  readonly kind: 'file' | 'dir' | 'link' | 'fifo';
  /** Names in a folder; empty for everything else. */
  readonly children = new Map<string, Inode>();
  target = '';
  ctimeMs: number;
  readonly #nowMs: () => number;
  readonly #onChange: OnChange;
  #content: Buffer = noBytes;
  #mode: number;
  #uid: number;
  #gid: number;
  #mtimeMs: number;

  constructor(
    ino: number,
    kind: Inode['kind'],
    rights: { mode: number; uid: number; gid: number },
    nowMs: () => number,
    onChange: OnChange,
  ) {
    this.ino = ino;
    this.kind = kind;
    this.#mode = rights.mode;
    this.#uid = rights.uid;
    this.#gid = rights.gid;
    this.#nowMs = nowMs;
    this.#onChange = onChange;
    this.#mtimeMs = this.ctimeMs = nowMs();
  }

  get content(): Buffer {
    return this.#content;
  }

  /** A write: both times change. */
  set content(bytes: Buffer) {
    this.#content = bytes;
    this.#mtimeMs = this.#nowMs();
    this.touch();
    this.#onChange(this);
  }

  get mode(): number {
    return this.#mode;
  }

  set mode(mode: number) {
    this.#mode = mode;
    this.touch();
    this.#onChange(this);
  }

  get uid(): number {
    return this.#uid;
  }

  set uid(uid: number) {
    this.#uid = uid;
    this.touch();
  }

  get gid(): number {
    return this.#gid;
  }

  set gid(gid: number) {
    this.#gid = gid;
    this.touch();
  }

  get mtimeMs(): number {
    return this.#mtimeMs;
  }

  set mtimeMs(ms: number) {
    this.#mtimeMs = ms;
    this.touch();
  }

  /** The node itself changed: also what a rename or a new name does to it. */
  touch(): void {
    this.ctimeMs = this.#nowMs();
  }
}
