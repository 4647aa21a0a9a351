import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabTruth } from './truth.ts';

/** Talks to a running lab over its control interface. */
export class ControlClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** Finds the lab whose files lie in `dir`. */
  static async open(dir: string): Promise<ControlClient> {
    const file = JSON.parse(await readFile(join(dir, 'lab.json'), 'utf8')) as { url: string };
    return new ControlClient(file.url);
  }

  state(): Promise<LabTruth> {
    return this.#call('GET', '/state') as Promise<LabTruth>;
  }

  async transcripts(box: string): Promise<string[]> {
    return ((await this.#call('GET', `/transcripts/${encodeURIComponent(box)}`)) as { transcripts: string[] })
      .transcripts;
  }

  async file(box: string, path: string): Promise<string> {
    return (
      (await this.#call('GET', `/files/${encodeURIComponent(box)}?path=${encodeURIComponent(path)}`)) as {
        text: string;
      }
    ).text;
  }

  /** Applies a fault; the names and bodies are those of control/faults.ts. */
  fault(name: string, body: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    return this.#call('POST', `/faults/${name}`, body);
  }

  async stop(): Promise<void> {
    await this.#call('POST', '/stop');
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const parsed: unknown = await response.json();
    if (!response.ok)
      throw new Error(`lab control ${path}: ${(parsed as { error?: string }).error ?? response.status}`);
    return parsed;
  }
}
