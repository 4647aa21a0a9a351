import { generateKeyPairSync } from 'node:crypto';
import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import ssh2 from 'ssh2';
import type { Endpoint, HostKey } from '../../../../devices/index.ts';

export interface StubOptions {
  readonly password?: string;
  readonly methods?: readonly ('password' | 'keyboard-interactive' | 'publickey')[];
  /** What keyboard-interactive asks. */
  readonly prompts?: readonly string[];
  /** Ends the connection instead of answering the password. */
  readonly hangsUpOnPassword?: boolean;
  /** What the shell says before anything is typed. Default: a real shell of this machine. */
  readonly says?: string;
  /** What the shell has read before anybody types: the start-up files of a site. */
  readonly startUp?: string;
  /** Shows what is typed, whatever `stty` says. */
  readonly echoes?: boolean;
}

export interface Stub {
  readonly port: number;
  readonly hostKey: HostKey;
  readonly logins: { method: string; password?: string }[];
  readonly typed: string[];
  /** Cuts all connections without a word. */
  drop(): void;
  /** Logged in at the same time. */
  mostAtOnce(): number;
  close(): Promise<void>;
}

/**
 * An SSH server with one user. Its shell is `sh` of this machine behind a thin pretence of a terminal: it shows a root
 * prompt, and what is typed is run by `sh`. So the sentinel and the ways of files meet a shell that is none of ours.
 */
export async function startStub(options: StubOptions = {}): Promise<Stub> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'sec1', format: 'pem' }).toString();
  const parsed = ssh2.utils.parseKey(pem);
  if (parsed instanceof Error) throw parsed;
  const logins: Stub['logins'] = [];
  const typed: string[] = [];
  const clients = new Set<ssh2.Connection>();
  const inside = new Set<ssh2.Connection>();
  let most = 0;
  const sockets = new Set<{ destroy(): void }>();

  const server = new ssh2.Server({ hostKeys: [pem] }, (client) => {
    clients.add(client);
    (client as unknown as { _sock: Socket })._sock.setNoDelay(true);
    client.on('error', () => undefined).on('close', () => clients.delete(client));
    client.on('authentication', (context) => authenticate(context, client));
    client.on('ready', () => {
      inside.add(client);
      most = Math.max(most, inside.size);
    });
    client.on('close', () => inside.delete(client));
    client.on('session', (accept) => {
      const session = accept();
      session.on('pty', (acceptPty) => acceptPty());
      session.on('shell', (acceptShell) => shell(acceptShell()));
    });
    client.on('request', (_accept, reject) => reject?.());
    client.on('tcpip', (accept, _reject, { destIP, destPort }) => {
      const channel = accept();
      const socket = connect(destPort, destIP);
      sockets.add(socket);
      socket.on('error', () => channel.close());
      channel.on('error', () => socket.destroy());
      channel.pipe(socket).pipe(channel);
    });
  });

  function authenticate(context: ssh2.AuthContext, client: ssh2.Connection): void {
    const methods = options.methods ?? ['password'];
    const judge = (password: string): void => {
      logins.push({ method: context.method, password });
      if (options.hangsUpOnPassword === true) client.end();
      else if (password === (options.password ?? 'right')) context.accept();
      else context.reject([...methods]);
    };
    if (context.method === 'password' && methods.includes('password')) {
      judge(context.password);
      return;
    }
    if (context.method === 'keyboard-interactive' && methods.includes('keyboard-interactive')) {
      const prompts = (options.prompts ?? ['Password: ']).map((prompt) => ({ prompt, echo: false }));
      context.prompt(prompts, (answers) => judge(answers[0] ?? ''));
      return;
    }
    logins.push({ method: context.method });
    context.reject([...methods]);
  }

  function shell(channel: ssh2.ServerChannel): void {
    channel.on('error', () => undefined);
    channel.write(options.says ?? 'Welcome\r\nroot@stub:~# ');
    const program =
      options.says === undefined ? spawn('bash', ['--noprofile', '--norc'], { stdio: 'pipe' }) : undefined;
    if (program !== undefined) sockets.add({ destroy: () => program.kill('SIGKILL') });
    program?.stdin.on('error', () => undefined);
    program?.stdin.write(options.startUp ?? '');
    program?.stdout.on('data', (chunk: Buffer) =>
      channel.write(chunk.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
    );
    program?.stderr.on('data', (chunk: Buffer) =>
      channel.write(chunk.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
    );
    channel.on('data', (chunk: Buffer) => {
      typed.push(chunk.toString());
      if (options.echoes === true) channel.write(chunk.toString('latin1').replaceAll('\r', '\r\n'), 'latin1');
      program?.stdin.write(chunk.toString('latin1').replaceAll('\r', '\n'), 'latin1');
    });
    channel.on('close', () => program?.kill('SIGKILL'));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    hostKey: { type: parsed.type, blob: parsed.getPublicSSH().toString('base64') },
    logins,
    typed,
    mostAtOnce: () => most,
    drop() {
      for (const client of clients) (client as unknown as { _sock: Socket })._sock.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      for (const client of clients) client.end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function endpointOf(stub: Stub, changes: Partial<Endpoint> & { password?: string } = {}): Endpoint {
  const { password = 'right', ...rest } = changes;
  return {
    name: 'stub',
    host: '127.0.0.1',
    port: stub.port,
    family: 'stub',
    hostKeys: [stub.hostKey],
    credential: {
      id: 'stub/admin',
      username: 'root',
      password: () => Promise.resolve(password),
      sudoPassword: () => Promise.resolve(password),
    },
    ...rest,
  };
}
