import { file, FileFault, folder, parentOf } from '../files.ts';
import { content, each, nodeAt, parted, type Call, type Program } from './call.ts';

function moveInto(call: Call, from: string, to: string): string {
  const node = call.shell.world.files.get(call.shell.path(to));
  return node !== undefined && node.content === undefined
    ? `${to}/${from.slice(from.lastIndexOf('/') + 1)}`
    : to;
}

/** Commands that change files. */
export const fileCommands: Readonly<Record<string, Program>> = {
  touch: (call) => {
    const { files } = call.shell.world;
    for (const path of call.args)
      if (files.get(call.shell.path(path)) === undefined)
        files.put(call.shell.path(path), file('', 0o666 & ~call.shell.state.umask, call.shell.now()));
    return 0;
  },
  mkdir: (call) => {
    const { files } = call.shell.world;
    const mode = /-m (\d+)/.exec(call.args.join(' '))?.[1];
    const { flags, rest } = parted(call.args.filter((arg) => arg !== mode));
    return each(call, rest, (path) => {
      const full = call.shell.path(path);
      if (files.get(full) !== undefined) {
        if (flags.includes('p')) return;
        throw new FileFault(`cannot create directory ‘${path}’: File exists`);
      }
      if (flags.includes('p') && files.get(parentOf(full)) === undefined)
        files.put(parentOf(full), folder(0o755, call.shell.now()));
      const node = folder(
        mode === undefined ? 0o777 & ~call.shell.state.umask : parseInt(mode, 8),
        call.shell.now(),
      );
      files.put(full, { ...node, uid: call.shell.state.uid });
    });
  },
  rm: (call) => {
    const { flags, rest } = parted(call.args);
    const { files } = call.shell.world;
    return each(call, rest, (path) => {
      const node = files.get(call.shell.path(path));
      if (node === undefined) {
        if (flags.includes('f')) return;
        throw new FileFault(`cannot remove '${path}': No such file or directory`);
      }
      if (node.content === undefined && !flags.includes('r'))
        throw new FileFault(`cannot remove '${path}': Is a directory`);
      files.remove(call.shell.path(path));
      call.shell.world.changed(call.shell.path(path), call.shell.now());
    });
  },
  rmdir: (call) =>
    each(call, parted(call.args).rest, (path) => {
      const full = call.shell.path(path);
      nodeAt(call, path);
      if (call.shell.world.files.list(full).length > 0) throw new FileFault(`${path}: Directory not empty`);
      call.shell.world.files.remove(full);
    }),
  mv: (call) => {
    const { flags, rest } = parted(call.args);
    const { files } = call.shell.world;
    const [from = '', target = ''] = rest;
    const node = nodeAt(call, from);
    const to = call.shell.path(moveInto(call, from, target));
    if (flags.includes('n') && files.get(to) !== undefined) return 0;
    files.put(to, { ...node, ctimeMs: call.shell.now() });
    files.remove(call.shell.path(from));
    call.shell.world.changed(to, call.shell.now());
    return 0;
  },
  cp: (call) => {
    const { flags, rest } = parted(call.args);
    const { files, now } = { files: call.shell.world.files, now: call.shell.now() };
    const target = rest.at(-1) ?? '';
    return each(call, rest.slice(0, -1), (from) => {
      const node = nodeAt(call, from);
      const to = call.shell.path(moveInto(call, from, target));
      if (flags.includes('n') && files.get(to) !== undefined) return;
      const kept = /[pa]/.test(flags)
        ? { mode: node.mode, uid: node.uid, mtimeMs: node.mtimeMs }
        : { mode: node.mode & ~call.shell.state.umask, uid: call.shell.state.uid, mtimeMs: now };
      files.put(to, { content: content(call, from), ...kept, ctimeMs: now });
      call.shell.world.changed(to, now);
    });
  },
  chmod: (call) => {
    const [mode = '', ...paths] = call.args;
    return each(call, paths, (path) => {
      nodeAt(call, path);
      const node = call.shell.world.files.change(call.shell.path(path));
      node.mode = parseInt(mode, 8);
      node.ctimeMs = call.shell.now();
    });
  },
  chown: (call) => {
    const [who = '', ...paths] = call.args;
    return each(call, paths, (path) => {
      nodeAt(call, path);
      const node = call.shell.world.files.change(call.shell.path(path));
      node.uid = /^(?:root|0)\b/.test(who) ? 0 : 100;
      node.ctimeMs = call.shell.now();
    });
  },
};
