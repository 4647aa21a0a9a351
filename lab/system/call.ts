import { execFile } from 'node:child_process';

/** Runs a program to its end and gives back what it printed; what it said on stderr stands in the error. */
export function call(program: string, args: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [...args],
      { maxBuffer: 16 << 20, env: { ...process.env, PATH: `/usr/sbin:/usr/bin:/sbin:/bin` } },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`${program} ${args.join(' ')}: ${stderr.trim() || error.message}`));
        else resolve(stdout);
      },
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
  });
}
