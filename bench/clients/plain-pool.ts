/**
 * The yardstick: a plain pool of ssh2 clients that does the work and nothing else. `plain-pool.ts JOBS LANES ROUNDS`: waits for a line on
 * stdin before each round, so that the lab can be reset; writes a line of JSON after it. The second round is the warm one.
 */
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import ssh2 from 'ssh2';
import type { Job } from '../lab/main.ts';
import { password, user } from '../lab/login.ts';

const [jobsFile = '', lanes = '64'] = process.argv.slice(2);
const jobs = JSON.parse(readFileSync(jobsFile, 'utf8')) as Job[];

/** A terminal that is waited for by what it shows. */
class Screen {
  #text = '';
  #wake: (() => void) | undefined;
  readonly #stream: NodeJS.ReadWriteStream;

  constructor(stream: NodeJS.ReadWriteStream) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
      this.#wake?.();
    });
    stream.on('close', () => {
      this.#text += '\n(closed)';
      this.#wake?.();
    });
  }

  async ask(line: string, until: RegExp): Promise<string> {
    this.#text = '';
    if (line !== '') this.#stream.write(`${line}\r`);
    const deadline = Date.now() + 60_000;
    for (;;) {
      const found = until.exec(this.#text);
      if (found !== null) return this.#text;
      if (this.#text.includes('(closed)') || Date.now() > deadline)
        throw new Error(`after "${line.slice(0, 60)}": ${this.#text.slice(-200)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 60_000).unref();
      });
    }
  }
}

async function serve(job: Job): Promise<void> {
  const client = new ssh2.Client();
  client.on('error', () => undefined);
  try {
    const socket = createConnection({ host: job.host, port: job.port });
    socket.setNoDelay(true);
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      client.once('ready', resolve).once('error', reject);
      client.connect({
        sock: socket,
        username: user,
        password,
        hostVerifier: (blob: Buffer) => blob.toString('base64') === job.hostKey,
        authHandler: ['password'],
        readyTimeout: 60_000,
        algorithms: { kex: ['ecdh-sha2-nistp256', 'curve25519-sha256'] as ssh2.KexAlgorithm[] },
      });
    });
    const stream = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
      client.shell({ cols: 512 }, (error, channel) => {
        if (error === undefined) resolve(channel);
        else reject(error);
      });
    });
    await work(job, new Screen(stream));
  } finally {
    client.end();
  }
}

async function work(job: Job, screen: Screen): Promise<void> {
  const root = /root@[^\n]*# $/;
  await screen.ask('', /> $/);
  await screen.ask('expert', /\$ $/);
  await screen.ask('sudo su -', /Password: $/);
  await screen.ask(password, root);
  await screen.ask(` unset HISTFILE; stty -echo; cd ${job.folder}`, root);
  const names = Object.keys(job.files);
  for (const name of names) await screen.ask(` cp -p ${name} ${name}.backup`, root);
  for (const name of names) {
    const text = Buffer.from(job.files[name] ?? '').toString('base64');
    await screen.ask(` ( umask 077; printf '%s' '${text}' | base64 -d > .${name}.new )`, root);
  }
  for (const name of names)
    await screen.ask(
      ` chown root:root .${name}.new && chmod 644 .${name}.new && mv -f .${name}.new ${name}`,
      root,
    );
  const check = await screen.ask(
    ` openssl verify -CAfile cacert.pem sftunnel-cert.pem; sha256sum *.pem`,
    root,
  );
  if (!check.includes(': OK')) throw new Error(`the check failed: ${check}`);
  await screen.ask(' pmtool restartbyid sftunnel', root);
  for (;;) {
    const status = await screen.ask(` sftunnel_status.pl ${job.managerUuid}`, root);
    if (/ChannelA Connected: Yes/.test(status) && /ChannelB Connected: Yes/.test(status)) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'end') break;
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  const failed: string[] = [];
  const queue = jobs.values();
  await Promise.all(
    Array.from({ length: Number(lanes) }, async () => {
      for (const job of queue)
        await serve(job).catch((error: unknown) => failed.push(`${job.name}: ${String(error)}`));
    }),
  );
  const used = process.cpuUsage(cpu);
  const result = {
    wallMs: performance.now() - startedAt,
    cpuMs: (used.user + used.system) / 1000,
    failed: failed.slice(0, 3),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
process.exit(0);
