import { RunbookError } from '../../errors/index.ts';
import { saysFull } from '../files/root-files.ts';
import type { Files } from '../files/shown-first.ts';
import { lastLines } from '../output.ts';
import type { ApplianceProfile } from '../profile.ts';
import type { Answers, Arrival, CommandResult, Questions, RootShell, RunOptions } from '../session.ts';
import type { Mask } from '../masking.ts';
import type { CommandLine } from './command-line.ts';

/** What a root shell is made of. */
export interface RootShellParts {
  readonly device: string;
  readonly commandLine: CommandLine;
  readonly files: Files;
  readonly arrival: Arrival;
  readonly mask: Mask;
}

/** The root shell that callers see, with the profile they asked for. `isOpen` ends with the `withRoot` call it was made for. */
export function createRootShell(
  parts: RootShellParts,
  profile: ApplianceProfile,
  isOpen: () => boolean,
): RootShell {
  const { commandLine, files, mask, device } = parts;

  function check(): void {
    if (!isOpen())
      throw new RunbookError('ENGINE_INTERNAL', `${device}: a root shell was used after its time.`);
  }

  return {
    profile,
    arrival: parts.arrival,
    async run(command: string, options: RunOptions = {}): Promise<CommandResult> {
      check();
      const raw = await commandLine.send(command, {
        timeoutMs: options.timeoutMs ?? profile.timeouts.command,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      const output = mask(raw.output);
      if (raw.status !== 0 && options.anyStatus !== true) {
        const isFull = saysFull(output);
        throw new RunbookError(
          isFull ? 'SESSION_NO_SPACE' : 'SESSION_COMMAND_FAILED',
          `${device}: a command ended with status ${raw.status}${isFull ? ': no room, or read-only' : ''}.`,
          {
            device,
            command: mask(command),
            status: raw.status,
            screen: lastLines(output),
          },
        );
      }
      return { status: raw.status, output };
    },
    async readFile(path, options = {}) {
      check();
      return files.read(path, {
        secret: options.secret === true,
        maxBytes: options.maxBytes ?? profile.limits.fileBytes,
      });
    },
    async readFiles(paths, options = {}) {
      check();
      return files.readAll(paths, { secret: options.secret === true, maxBytes: profile.limits.fileBytes });
    },
    async look<K extends string>(questions: Questions<K>): Promise<Answers<K>> {
      check();
      const seen = await files.look(questions, profile.limits.fileBytes);
      const said = Object.entries<CommandResult>(seen.answers).map(([name, { status, output }]) => [
        name,
        { status, output: mask(output) },
      ]);
      return { ...seen, answers: Object.fromEntries(said) as Answers<K>['answers'] };
    },
    async writeFile(path, content, options = {}) {
      check();
      await files.write(new Map([[path, content]]), { secret: options.secret === true });
    },
    async writeFiles(contents, options = {}) {
      check();
      await files.write(contents, { secret: options.secret === true });
    },
    async proveFiles() {
      check();
      await files.prove();
    },
    async fileWay() {
      check();
      return await files.way();
    },
  };
}
