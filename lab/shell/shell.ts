import { Bash, parse, type CommandNode, type CustomCommand, type ScriptNode } from 'just-bash';
import type { FsView } from '../filesystem/fs-view.ts';
import { ShellFiles } from '../filesystem/shell-files.ts';
import { builtinNames } from './builtins.ts';
import { rewriteStatement, type IsProgram } from './rewrite.ts';

type FunctionDefNode = Extract<CommandNode, { type: 'FunctionDef' }>;

/** What of the library's shell outlives one `exec`, set by us since the library starts each one afresh. */
interface BashState {
  env: Map<string, string>;
  cwd: string;
  previousDir: string;
  functions: Map<string, FunctionDefNode>;
  lastExitCode: number;
  lastBackgroundPid: number;
  options: Record<string, boolean>;
  exportedVars: Set<string>;
}

export interface ShellSetup {
  readonly view: FsView;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly pid: number;
  readonly ppid: number;
  readonly nowMs: () => number;
  /** True when its streams are a terminal; then output is shown statement by statement. */
  readonly onTerminal: boolean;
  readonly isProgram: IsProgram;
  commands(shell: Shell): CustomCommand[];
}

export interface ShellResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Parsed text of a line, "more" when it goes on in the next line, or a syntax error. */
export type Parsed =
  | { readonly kind: 'script'; readonly script: ScriptNode }
  | { readonly kind: 'more' }
  | { readonly kind: 'error'; readonly message: string };

/**
 * One shell process. Variables, functions, folder, `$?` and options last from line to line; arrays only within a line
 * (the library keeps them out of reach).
 */
export class Shell {
  readonly view: FsView;
  readonly setup: ShellSetup;
  /** `trap` texts by signal name. */
  readonly traps = new Map<string, string>();
  /** umasks of the shells around the subshell that is running. */
  readonly umasks: number[] = [];
  exited = false;
  readonly written: ShellFiles;
  readonly #bash: Bash;
  readonly #state: BashState;
  #pick: ((script: ScriptNode) => ScriptNode) | undefined;
  #reachedEnd = false;

  constructor(setup: ShellSetup) {
    this.setup = setup;
    this.view = setup.view;
    this.written = new ShellFiles(setup.view);
    const end: CustomCommand = {
      name: '__end',
      execute: async (args, ctx) => {
        this.#reachedEnd = true;
        this.#state.env = new Map(ctx.env);
        this.#state.cwd = ctx.cwd;
        return { stdout: '', stderr: '', exitCode: Number(args[0] ?? 0) };
      },
    };
    const evaluate: CustomCommand = {
      name: '__eval',
      execute: async (args, ctx) => {
        if (!ctx.exec) return { stdout: '', stderr: 'bash: eval: not here\n', exitCode: 1 };
        const done = await ctx.exec(args.join(' '), {
          cwd: ctx.cwd,
          env: Object.fromEntries(ctx.env),
          stdin: ctx.stdin as unknown as string,
          stdinKind: 'bytes',
          ...(ctx.signal ? { signal: ctx.signal } : {}),
        });
        const after = (done as { env?: Record<string, string> }).env;
        if (after)
          for (const [name, value] of Object.entries(after))
            if (/^[A-Za-z_]\w*$/.test(name)) ctx.env.set(name, value);
        return done;
      },
    };
    const commandV: CustomCommand = {
      name: '__command_v',
      execute: (args, ctx) => {
        const found = args.flatMap((name) => {
          if (shellBuiltins.has(name) || this.#state.functions.has(name)) return [name];
          const places = name.includes('/')
            ? [name]
            : (ctx.env.get('PATH') ?? '').split(':').map((folder) => `${folder}/${name}`);
          return places.filter((place) => this.view.tree.find(place)?.kind === 'file').slice(0, 1);
        });
        return Promise.resolve({
          stdout: found.map((line) => `${line}\n`).join(''),
          stderr: '',
          exitCode: found.length === args.length ? 0 : 1,
        });
      },
    };
    this.#bash = new Bash({
      fs: this.written.files,
      cwd: setup.cwd,
      env: { ...setup.env },
      commands: builtinNames,
      customCommands: [...setup.commands(this), end, evaluate, commandV],
      defenseInDepth: false,
      executionLimits: { maxExecutionTimeMs: 3_600_000 },
      processInfo: { pid: setup.pid, ppid: setup.ppid, uid: setup.view.actor.uid, gid: setup.view.actor.gid },
    });
    this.#state = (this.#bash as unknown as { state: BashState }).state;
    this.#bash.registerTransformPlugin({
      name: 'lab',
      transform: ({ ast }) => {
        const pick = this.#pick;
        this.#pick = undefined;
        return {
          ast: pick
            ? pick(ast)
            : { ...ast, statements: ast.statements.map((s) => rewriteStatement(s, false, setup.isProgram)) },
        };
      },
    });
  }

  get cwd(): string {
    return this.#state.cwd;
  }

  get status(): number {
    return this.#state.lastExitCode;
  }

  set status(code: number) {
    this.#state.lastExitCode = code;
  }

  variable(name: string): string | undefined {
    return this.#state.env.get(name);
  }

  setVariable(name: string, value: string): void {
    this.#state.env.set(name, value);
  }

  hasFunction(name: string): boolean {
    return this.#state.functions.has(name);
  }

  /** Exported variables only: what a child process gets. */
  environment(): Record<string, string> {
    const out: Record<string, string> = {};
    for (const name of this.#state.exportedVars) {
      const value = this.#state.env.get(name);
      if (value !== undefined) out[name] = value;
    }
    return out;
  }

  set lastJob(pid: number) {
    this.#state.lastBackgroundPid = pid;
  }

  static parse(text: string): Parsed {
    if (/(^|[^\\])(\\\\)*\\$/.test(text)) return { kind: 'more' };
    if (isOpen(text)) return { kind: 'more' };
    try {
      const script = parse(text);
      if (/(\||&&)\s*$/.test(text)) return { kind: 'more' };
      return { kind: 'script', script };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (/got EOF|unterminated|unexpected EOF|end of (file|input)|[Uu]nclosed|here-doc/i.test(message))
        return { kind: 'more' };
      return { kind: 'error', message };
    }
  }

  /**
   * Runs a text statement by statement. `show` gets the output of each one as it ends. Returns the whole, with the
   * status of the last one.
   */
  async run(
    text: string,
    options: {
      show?: (text: string) => void;
      stdin?: string;
      signal?: AbortSignal;
      keepStatus?: boolean;
    } = {},
  ): Promise<ShellResult> {
    let stdout = '';
    let stderr = '';
    let exitCode = this.#state.lastExitCode;
    let statements: number;
    try {
      statements = parse(text).statements.length;
    } catch (error) {
      const message = `bash: syntax error: ${error instanceof Error ? error.message : String(error)}\n`;
      options.show?.(message);
      return { stdout, stderr: message, exitCode: 2 };
    }
    const whole = /(^|[\s;])[A-Za-z_]\w*\+?=\(|declare -[aA]|mapfile|readarray|read -\w*a/.test(text);
    for (let i = 0; i < (whole ? Math.min(statements, 1) : statements); i++) {
      if (options.signal?.aborted) return { stdout, stderr, exitCode: 130 };
      const result = await this.#runOne(text, whole ? undefined : i, options);
      options.show?.(result.stdout + result.stderr);
      stdout += result.stdout;
      stderr += result.stderr;
      exitCode = result.exitCode;
      this.#state.lastExitCode = exitCode;
      if (this.exited) break;
    }
    return { stdout, stderr, exitCode };
  }

  /** Runs statement `index` (or all when undefined), followed by our own end mark, which exit and `set -e` do not reach. */
  async #runOne(
    text: string,
    index: number | undefined,
    options: { stdin?: string; signal?: AbortSignal },
  ): Promise<ShellResult> {
    this.#reachedEnd = false;
    this.written.take();
    let defined: FunctionDefNode[] = [];
    this.#pick = (ast) => {
      const chosen = index === undefined ? ast.statements : ast.statements.slice(index, index + 1);
      const rewritten = chosen.map((s) => rewriteStatement(s, this.setup.onTerminal, this.setup.isProgram));
      defined = collectFunctions(rewritten);
      return { ...ast, statements: [...rewritten, ...endMark] };
    };
    const result = await this.#bash.exec(text, {
      rawScript: true,
      ...(options.stdin === undefined ? {} : { stdin: options.stdin, stdinKind: 'bytes' as const }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    // An exit inside a subshell jumps over the putting back.
    if (this.umasks.length > 0) [this.view.actor.umask] = this.umasks.splice(0) as [number];
    for (const definition of defined) this.#state.functions.set(definition.name, definition);
    if (result.env['SHELLOPTS'] !== undefined) this.#restoreOptions(result.env['SHELLOPTS']);
    if (!this.#reachedEnd && !options.signal?.aborted && !/syntax error/.test(result.stderr))
      this.exited = true;
    const bytes = result.stdoutKind === 'bytes' || result.stdoutEncoding === 'binary';
    return {
      stdout: bytes ? Buffer.from(result.stdout, 'latin1').toString('utf8') : result.stdout,
      stderr: result.stderr.replace(/^bash: execution aborted\n/m, ''),
      exitCode: result.exitCode,
    };
  }

  #restoreOptions(list: string): void {
    const on = new Set(list.split(':'));
    for (const name of ['errexit', 'pipefail', 'nounset', 'xtrace', 'noglob', 'noclobber'])
      this.#state.options[name] = on.has(name);
  }
}

/** True when a here-document has no end yet, or a compound command waits for its closing word: the library reports some of these as other errors. */
function isOpen(text: string): boolean {
  const lines = text.split('\n');
  for (const [i, line] of lines.entries()) {
    for (const match of line.matchAll(/(?<!<)<<-?\s*(['"]?)([A-Za-z_]\w*)\1/g)) {
      if (!lines.slice(i + 1).some((l) => l.trim() === match[2])) return true;
    }
  }
  const bare = text.replace(/'[^']*'|"(\\.|[^"\\])*"|\\.|#.*$/gm, ' ');
  // A closing word counts only where a command may begin, so that `echo done` closes nothing.
  const count = (word: string): number =>
    [
      ...bare.matchAll(
        new RegExp(`(^|[;&|({\\n]|\\b(then|do|else|if|while|until)\\s)\\s*${word}(?=[\\s;)&|]|$)`, 'g'),
      ),
    ].length;
  return (
    count('if') > count('fi') || count('(while|until|for)') > count('done') || count('case') > count('esac')
  );
}

/** Names that `command -v` answers without a path. */
const shellBuiltins = new Set([
  'cd',
  'command',
  'echo',
  'eval',
  'exec',
  'exit',
  'export',
  'false',
  'printf',
  'pwd',
  'read',
  'set',
  'test',
  'trap',
  'true',
  'type',
  'umask',
  'unset',
]);

const endMark = parse('/usr/bin/__end $?').statements;

/** Definitions anywhere in the statements; one that stands in a branch not taken is taken up too. */
function collectFunctions(node: unknown, found: FunctionDefNode[] = []): FunctionDefNode[] {
  if (Array.isArray(node)) for (const item of node) collectFunctions(item, found);
  else if (typeof node === 'object' && node !== null) {
    if ((node as { type?: string }).type === 'FunctionDef') found.push(node as FunctionDefNode);
    for (const value of Object.values(node)) collectFunctions(value, found);
  }
  return found;
}
