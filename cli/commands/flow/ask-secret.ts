import { RunbookError } from '../../../errors/index.ts';

/** Asks for a secret on the terminal and shows nothing of it. Throws INPUT_MISSING where nobody can be asked, or nothing is typed. */
export async function askSecret(text: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY)
    throw new RunbookError('INPUT_MISSING', 'A password is needed, and there is no terminal to ask for it.');
  stderr.write(text);
  stdin.setRawMode(true);
  stdin.resume();
  try {
    const typed = await new Promise<string>((resolve) => {
      let line = '';
      const take = (chunk: Buffer): void => {
        for (const key of chunk.toString('utf8')) {
          if (key === '\x7f' || key === '\b') line = line.slice(0, -1);
          else if (key === '\x03' || key === '\x04' || key === '\r' || key === '\n') {
            stdin.off('data', take);
            resolve(key === '\x03' ? '' : line);
            return;
          } else line += key;
        }
      };
      stdin.on('data', take);
    });
    if (typed === '') throw new RunbookError('INPUT_MISSING', 'No password was typed.');
    return typed;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}
