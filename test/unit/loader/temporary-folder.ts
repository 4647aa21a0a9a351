import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the files of one test; removed after it. Call inside `describe`. */
export function temporaryFolder(): (name: string, content: string | Uint8Array, mode?: number) => string {
  let folder: string | undefined;
  afterEach(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    folder = undefined;
  });
  return (name, content, mode = 0o600) => {
    folder ??= mkdtempSync(join(tmpdir(), 'loader-'));
    const file = join(folder, name);
    writeFileSync(file, content, { mode });
    return file;
  };
}
