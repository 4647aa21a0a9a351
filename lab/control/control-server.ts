import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { z } from 'zod';

/** What the interface steers: the lab in this process, or the one of real programs. */
export interface Steered {
  truth(): unknown;
  /** Texts of all terminals of a box. */
  transcripts(box: string): string[] | undefined;
  file(box: string, path: string): string | undefined;
  readonly faults: Readonly<Record<string, { readonly schema: z.ZodType; apply(body: unknown): unknown }>>;
}

/**
 * HTTP + JSON on 127.0.0.1, an ephemeral port:
 * `GET /state` the truth · `GET /transcripts/<box>` texts of all terminals of a box · `GET /files/<box>?path=/p` one file
 * · `POST /faults/<name>` with a JSON body · `POST /stop`.
 */
export class ControlServer {
  readonly #lab: Steered;
  readonly #server: http.Server;

  constructor(lab: Steered) {
    this.#lab = lab;
    this.#server = http.createServer((request, response) => {
      this.#route(request).then(
        (body) => answer(response, 200, body ?? { ok: true }),
        (error: unknown) =>
          answer(response, error instanceof NotFound ? 404 : 400, {
            error: error instanceof Error ? error.message : String(error),
          }),
      );
    });
    this.#server.keepAliveTimeout = 1000;
  }

  start(): Promise<string> {
    return new Promise((done) => {
      this.#server.listen(0, '127.0.0.1', () =>
        done(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`),
      );
    });
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((done) => this.#server.close(() => done()));
  }

  async #route(request: http.IncomingMessage): Promise<unknown> {
    const url = new URL(request.url ?? '/', 'http://lab');
    const [, root = '', name = ''] = url.pathname.split('/').map(decodeURIComponent);
    const route = `${request.method} ${root}`;
    if (route === 'GET state') return this.#lab.truth();
    if (route === 'GET transcripts') {
      const transcripts = this.#lab.transcripts(name);
      if (transcripts === undefined) throw new NotFound(`no box named ${name}`);
      return { transcripts };
    }
    if (route === 'GET files') {
      const text = this.#lab.file(name, url.searchParams.get('path') ?? '');
      if (text === undefined) throw new NotFound('no such file');
      return { text };
    }
    if (route === 'POST faults') {
      const { faults } = this.#lab;
      const fault = faults[name];
      if (!fault) throw new NotFound(`no fault named ${name}; there are: ${Object.keys(faults).join(', ')}`);
      return await fault.apply(fault.schema.parse(JSON.parse((await body(request)) || '{}')));
    }
    if (route === 'POST stop') {
      setImmediate(() => process.kill(process.pid, 'SIGTERM'));
      return undefined;
    }
    throw new NotFound('no such route');
  }
}

class NotFound extends Error {}

function answer(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

async function body(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
