import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';

const openers: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  win32: ['explorer'],
};

/** Shows a file in the browser of the desktop. Where there is none, nothing happens: the path was printed. */
export function openInBrowser(file: string): void {
  const [program = 'xdg-open', ...words] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...words, pathToFileURL(file).href], { detached: true, stdio: 'ignore' });
  child.on('error', () => undefined);
  child.unref();
}
