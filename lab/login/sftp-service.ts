import ssh2, { type SFTPWrapper } from 'ssh2';
import type { Appliance } from '../appliance/appliance.ts';
import { FsError } from '../filesystem/fs-error.ts';
import type { FsView } from '../filesystem/fs-view.ts';
import type { Inode } from '../filesystem/inode.ts';

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;

interface OpenFile {
  readonly path: string;
  readonly isFolder: boolean;
  listed: boolean;
}

function statusOf(error: unknown): number {
  if (!(error instanceof FsError)) return STATUS_CODE.FAILURE;
  if (error.code === 'ENOENT') return STATUS_CODE.NO_SUCH_FILE;
  return error.code === 'EACCES' || error.code === 'EPERM'
    ? STATUS_CODE.PERMISSION_DENIED
    : STATUS_CODE.FAILURE;
}

const kindBits = { file: 0o100000, dir: 0o040000, link: 0o120000, fifo: 0o010000 } as const;

function attributes(node: Inode) {
  const seconds = Math.floor(node.mtimeMs / 1000);
  return {
    mode: kindBits[node.kind] | node.mode,
    uid: node.uid,
    gid: node.gid,
    size: node.content.length,
    atime: seconds,
    mtime: seconds,
  };
}

/** File transfer as the admin, who is not root: what he may not write he cannot send. */
export function serveSftp(appliance: Appliance, sftp: SFTPWrapper): void {
  const view = appliance.view({ uid: 100, gid: 100, umask: 0o022, tty: undefined });
  const home = appliance.identity.kind === 'fmc' ? '/Volume/home/admin' : '/home/admin';
  const open = new Map<number, OpenFile>();
  let nextHandle = 1;
  const full = (path: string): string => view.resolvePath(home, path);
  const handleOf = (buffer: Buffer): OpenFile => {
    const file = open.get(buffer.readUInt32BE(0));
    if (!file) throw new FsError('EINVAL', 'handle');
    return file;
  };
  const newHandle = (file: OpenFile): Buffer => {
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32BE(nextHandle);
    open.set(nextHandle++, file);
    return buffer;
  };
  /** Answers a request with the outcome of some work; an error becomes its status. */
  const answer = (id: number, work: () => Promise<void> | void): void => {
    Promise.resolve()
      .then(work)
      .then(
        () => {},
        (error: unknown) => sftp.status(id, statusOf(error)),
      );
  };
  const ok = (id: number, work: () => Promise<void> | void): void =>
    answer(id, async () => {
      await work();
      sftp.status(id, STATUS_CODE.OK);
    });

  sftp.on('OPEN', (id, name, flags, attrs) =>
    answer(id, async () => {
      const path = full(name);
      const exists = view.tree.find(path) !== undefined;
      if (flags & OPEN_MODE.EXCL && exists) throw new FsError('EEXIST', path);
      if (flags & OPEN_MODE.WRITE) {
        if (!exists && !(flags & OPEN_MODE.CREAT)) throw new FsError('ENOENT', path);
        if (!exists || flags & OPEN_MODE.TRUNC) await view.writeFile(path, '');
        if (!exists && attrs.mode !== undefined)
          view.inode(path).mode = attrs.mode & 0o7777 & ~view.actor.umask;
      } else await view.readFileBuffer(path);
      sftp.handle(id, newHandle({ path, isFolder: false, listed: false }));
    }),
  );
  sftp.on('WRITE', (id, handle, offset, data) =>
    ok(id, async () => {
      const { path } = handleOf(handle);
      await writeAt(view, path, offset, data);
    }),
  );
  sftp.on('READ', (id, handle, offset, length) =>
    answer(id, async () => {
      const bytes = Buffer.from(await view.readFileBuffer(handleOf(handle).path));
      if (offset >= bytes.length) sftp.status(id, STATUS_CODE.EOF);
      else sftp.data(id, bytes.subarray(offset, offset + length));
    }),
  );
  sftp.on('CLOSE', (id, handle) => ok(id, () => void open.delete(handle.readUInt32BE(0))));
  const stat = (id: number, name: string, followLast: boolean): void =>
    answer(id, () => sftp.attrs(id, attributes(view.inode(full(name), { followLast }))));
  sftp.on('STAT', (id, name) => stat(id, name, true));
  sftp.on('LSTAT', (id, name) => stat(id, name, false));
  sftp.on('FSTAT', (id, handle) =>
    answer(id, () => sftp.attrs(id, attributes(view.inode(handleOf(handle).path)))),
  );
  sftp.on('SETSTAT', (id, name, attrs) =>
    ok(id, () => (attrs.mode === undefined ? undefined : view.chmod(full(name), attrs.mode))),
  );
  sftp.on('FSETSTAT', (id, handle, attrs) =>
    ok(id, () => (attrs.mode === undefined ? undefined : view.chmod(handleOf(handle).path, attrs.mode))),
  );
  sftp.on('REALPATH', (id, name) =>
    answer(id, () => {
      const path = full(name === '.' ? home : name);
      sftp.name(id, [{ filename: path, longname: path, attrs: {} as never }]);
    }),
  );
  sftp.on('OPENDIR', (id, name) =>
    answer(id, async () => {
      await view.readdir(full(name));
      sftp.handle(id, newHandle({ path: full(name), isFolder: true, listed: false }));
    }),
  );
  sftp.on('READDIR', (id, handle) =>
    answer(id, async () => {
      const folder = handleOf(handle);
      if (folder.listed) {
        sftp.status(id, STATUS_CODE.EOF);
        return;
      }
      folder.listed = true;
      sftp.name(
        id,
        [...view.inode(folder.path).children].map(([filename, node]) => ({
          filename,
          longname: filename,
          attrs: attributes(node),
        })),
      );
    }),
  );
  sftp.on('REMOVE', (id, name) => ok(id, () => view.rm(full(name))));
  sftp.on('RMDIR', (id, name) => ok(id, () => view.rm(full(name))));
  sftp.on('MKDIR', (id, name) => ok(id, () => view.mkdir(full(name))));
  // Version 3 of the protocol: a rename onto an existing file fails.
  sftp.on('RENAME', (id, from, to) =>
    ok(id, async () => {
      if (view.tree.find(full(to))) throw new FsError('EEXIST', to);
      await view.mv(full(from), full(to));
    }),
  );
}

async function writeAt(view: FsView, path: string, offset: number, data: Buffer): Promise<void> {
  const before = Buffer.from(await view.readFileBuffer(path));
  if (offset === before.length) {
    await view.appendFile(path, data);
    return;
  }
  const after = Buffer.alloc(Math.max(before.length, offset + data.length));
  before.copy(after);
  data.copy(after, offset);
  await view.writeFile(path, after);
}
