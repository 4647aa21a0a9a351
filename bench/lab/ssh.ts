import net from 'node:net';
import ssh2, { type ServerChannel, type SFTPWrapper } from 'ssh2';
import type { Box } from './box.ts';
import { FileFault, parentOf } from './files.ts';
import { password, user } from './login.ts';
import { Shell } from './shell/shell.ts';

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;

/** The SSH side of a box. */
export async function listen(box: Box, hostKey: string): Promise<net.Server> {
  const ssh = new ssh2.Server({ hostKeys: [hostKey], ident: 'OpenSSH_8.2' }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      if (context.method === 'password' && context.username === user && context.password === password)
        context.accept();
      else context.reject(['password']);
    });
    client.on('ready', () => {
      box.openSessions += 1;
      box.mostSessions = Math.max(box.mostSessions, box.openSessions);
      client.on('close', () => (box.openSessions -= 1));
    });
    client.on('session', (accept) => {
      const session = accept();
      session.on('pty', (grant) => grant?.());
      session.on('env', (_grant, refuse) => refuse?.());
      session.on('window-change', (grant) => grant?.());
      // No box has it. For a peer that can do nothing else: a root shell for one command.
      session.on('exec', (grant, _refuse, { command }) => {
        runOnce(box, grant(), command);
      });
      session.on('shell', (grant) => {
        new Terminal(box, grant());
      });
      session.on('sftp', (grant) => {
        serveSftp(box, grant());
      });
    });
  });
  const server = net.createServer((socket) => {
    socket.setNoDelay(true);
    ssh.injectSocket(socket);
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen({ port: box.identity.port, host: box.identity.address, backlog: 16 }, done);
  });
  return server;
}

function runOnce(box: Box, channel: ServerChannel, command: string): void {
  box.lines += 1;
  box.firstLineAt ??= Date.now();
  setTimeout(() => {
    const { out, tookMs } = new Shell(box, 0).line(command);
    setTimeout(() => {
      channel.write(out);
      channel.exit(0);
      channel.end();
    }, tookMs);
  }, box.pace.commandMs);
}

type Where = 'clish' | 'expert' | 'sudo' | 'root';

/** A login's terminal: CLISH, expert, sudo, root. Takes a line, waits as long as the pace says, answers. */
class Terminal {
  readonly #box: Box;
  readonly #channel: ServerChannel;
  readonly #expert: Shell;
  #root: Shell | undefined;
  #where: Where = 'clish';
  #line = '';
  #lines: { readonly text: string; readonly due: number }[] = [];
  #busy = false;
  #echo = true;
  #prompt = true;

  constructor(box: Box, channel: ServerChannel) {
    this.#box = box;
    this.#channel = channel;
    this.#expert = new Shell(box, 100);
    channel.on('error', () => undefined);
    channel.on('data', (chunk: Buffer) => {
      this.#take(chunk.toString('latin1'));
    });
    channel.on('close', () => this.#root?.end());
    channel.write('\r\nCopyright 2004-2023, Cisco and/or its affiliates. All rights reserved.\r\n');
    this.#ask();
  }

  #take(text: string): void {
    for (const part of text.split(/([\r\n\x03\x15])/)) {
      if (part === '\x15' || part === '\x03') this.#line = '';
      else if (part === '\r' || part === '\n') {
        this.#show('\n');
        this.#box.lines += 1;
        this.#box.firstLineAt ??= Date.now();
        this.#box.note(this.#where === 'sudo' ? '(a password)' : this.#line);
        // What is typed ahead is on its way together: the wait is that of the way, not of the box.
        this.#lines.push({ text: this.#line, due: Date.now() + this.#box.pace.commandMs });
        this.#line = '';
      } else {
        this.#line += part;
        if (this.#echo && this.#where !== 'sudo') this.#show(part);
      }
    }
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
      const wait = line.due - Date.now();
      if (wait > 0) await pause(wait);
      await this.#answer(line.text);
      this.#ask();
    }
    this.#busy = false;
  }

  #show(text: string): void {
    if (this.#channel.writable) this.#channel.write(Buffer.from(text.replace(/\n/g, '\r\n'), 'latin1'));
  }

  #ask(): void {
    const { hostname } = this.#box;
    if (this.#where === 'clish') this.#show('\n\x1bE\x1b[J\x07> ');
    else if (this.#where === 'expert') this.#show(`admin@${hostname}:~$ `);
    else if (this.#where === 'sudo') this.#show('\nPassword: ');
    else if (this.#prompt) this.#show(`root@${hostname}:~# `);
  }

  async #answer(line: string): Promise<void> {
    const text = line.trim();
    if (this.#where === 'clish') {
      this.#clish(text);
      return;
    }
    if (this.#where === 'sudo') {
      if (text === password) {
        this.#root = new Shell(this.#box, 0);
        this.#where = 'root';
      } else {
        this.#show('\nsudo: 1 incorrect password attempt\n');
        this.#where = 'expert';
      }
      return;
    }
    if (this.#where === 'expert' && /^sudo (?:su|-i|su -)/.test(text)) {
      this.#where = 'sudo';
      return;
    }
    const shell = this.#where === 'root' && this.#root !== undefined ? this.#root : this.#expert;
    for (const part of text.matchAll(/\bstty (-?)echo\b/g)) this.#echo = part[1] === '';
    const { out, ended, tookMs } = shell.line(line.replace(/\bstty -?echo\b/g, ':'));
    if (/\bPS1=/.test(text)) this.#prompt = (shell.state.variables.get('PS1') ?? 'x') !== '';
    if (tookMs > 0) await pause(tookMs);
    this.#show(out.toString('latin1'));
    if (!ended) return;
    shell.end();
    if (this.#where === 'expert') this.#where = 'clish';
    else {
      this.#root = undefined;
      this.#where = 'expert';
      this.#echo = this.#prompt = true;
    }
  }

  #clish(text: string): void {
    const { identity } = this.#box;
    const dashes = '-'.repeat(20);
    if (text === '') return;
    if (text === 'expert') this.#where = 'expert';
    else if (text === 'exit') this.#channel.close();
    else if (text === 'show version')
      this.#show(
        `${dashes}[ ${identity.name} ]${dashes}\nModel                     : ${identity.kind === 'fmc' ? 'Cisco Firepower Management Center for VMware' : 'Cisco Firepower Threat Defense for VMware'} (75) Version 7.2.5 (Build 208)\nUUID                      : ${identity.uuid}\n${dashes}\n`,
      );
    else if (text === 'show failover') this.#show('Failover Off \nFailover unit Secondary\n');
    else if (text === 'show cluster info') this.#show('Clustering is not configured\n');
    else this.#show('Syntax error: Illegal command line\n');
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Files as the admin, who is not root. One wait for each file. */
function serveSftp(box: Box, sftp: SFTPWrapper): void {
  const open = new Map<number, string>();
  let next = 1;
  const answer = (id: number, work: () => void): void => {
    try {
      work();
    } catch (thrown) {
      if (!(thrown instanceof FileFault)) throw thrown;
      sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
    }
  };
  const attributes = (path: string) => {
    const node = box.files.get(path);
    if (node === undefined) throw new FileFault(path);
    const seconds = Math.floor(node.mtimeMs / 1000);
    const kind = node.content === undefined ? 0o040000 : 0o100000;
    return {
      mode: kind | node.mode,
      uid: node.uid,
      gid: node.uid,
      size: node.content?.length ?? 0,
      atime: seconds,
      mtime: seconds,
    };
  };
  sftp.on('OPEN', (id, path, flags, attrs) => {
    setTimeout(() => {
      answer(id, () => {
        const node = box.files.get(path);
        const mayWrite = (at: string): boolean => {
          const own = box.files.get(at);
          return own?.uid === 100 || ((own?.mode ?? 0) & 0o002) !== 0;
        };
        if (flags & OPEN_MODE.WRITE) {
          if (
            !mayWrite(node === undefined ? parentOf(path) : path) ||
            (node !== undefined && flags & OPEN_MODE.EXCL)
          ) {
            sftp.status(id, STATUS_CODE.PERMISSION_DENIED);
            return;
          }
          const now = Date.now();
          box.files.put(path, {
            content: Buffer.alloc(0),
            mode: (attrs.mode ?? 0o644) & 0o777,
            uid: 100,
            mtimeMs: now,
            ctimeMs: now,
          });
        } else if (node?.content === undefined) throw new FileFault(path);
        else if (node.uid !== 100 && (node.mode & 0o004) === 0) {
          sftp.status(id, STATUS_CODE.PERMISSION_DENIED);
          return;
        }
        const handle = Buffer.alloc(4);
        handle.writeUInt32BE(next);
        open.set(next++, path);
        sftp.handle(id, handle);
      });
    }, box.pace.commandMs);
  });
  const pathOf = (handle: Buffer): string => open.get(handle.readUInt32BE(0)) ?? '';
  sftp.on('WRITE', (id, handle, offset, data) => {
    answer(id, () => {
      const node = box.files.change(pathOf(handle));
      node.content = Buffer.concat([(node.content ?? Buffer.alloc(0)).subarray(0, offset), data]);
      sftp.status(id, STATUS_CODE.OK);
    });
  });
  sftp.on('READ', (id, handle, offset, length) => {
    answer(id, () => {
      const bytes = box.files.get(pathOf(handle))?.content ?? Buffer.alloc(0);
      if (offset >= bytes.length) sftp.status(id, STATUS_CODE.EOF);
      else sftp.data(id, bytes.subarray(offset, offset + length));
    });
  });
  sftp.on('CLOSE', (id, handle) => {
    open.delete(handle.readUInt32BE(0));
    sftp.status(id, STATUS_CODE.OK);
  });
  for (const event of ['STAT', 'LSTAT'] as const)
    sftp.on(event, (id: number, path: string) => {
      answer(id, () => {
        sftp.attrs(id, attributes(path));
      });
    });
  sftp.on('FSTAT', (id, handle) => {
    answer(id, () => {
      sftp.attrs(id, attributes(pathOf(handle)));
    });
  });
  const setMode = (id: number, path: string, mode: number | undefined): void => {
    answer(id, () => {
      if (mode !== undefined) box.files.change(path).mode = mode & 0o777;
      sftp.status(id, STATUS_CODE.OK);
    });
  };
  sftp.on('SETSTAT', (id, path, attrs) => {
    setMode(id, path, attrs.mode);
  });
  sftp.on('FSETSTAT', (id, handle, attrs) => {
    setMode(id, pathOf(handle), attrs.mode);
  });
  sftp.on('REALPATH', (id, path) => {
    sftp.name(id, [{ filename: path, longname: path, attrs: {} as never }]);
  });
}
