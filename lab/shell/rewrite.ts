import {
  parse,
  serialize,
  type CommandNode,
  type PipelineNode,
  type SimpleCommandNode,
  type StatementNode,
  type WordNode,
} from 'just-bash';

/** Which of a command's streams are the terminal. */
interface Streams {
  readonly in: boolean;
  readonly out: boolean;
  readonly err: boolean;
}

const none: Streams = { in: false, out: false, err: false };

/** Programs that talk while they run, or whose file decides whether they exist; the shell library knows only instant ones. */
export type IsProgram = (baseName: string) => boolean;

/**
 * Rewrites one typed statement for what the shell library lacks: `&`, programs that stream to or read from the
 * terminal, and the order of standard output and error on one terminal (the library returns them apart, so every
 * command that has both on the terminal gets `2>&1`).
 */
export function rewriteStatement(
  statement: StatementNode,
  onTerminal: boolean,
  isProgram: IsProgram,
): StatementNode {
  const streams: Streams = onTerminal ? { in: true, out: true, err: true } : none;
  return new Rewriter(isProgram).statement(statement, streams);
}

class Rewriter {
  readonly #isProgram: IsProgram;

  constructor(isProgram: IsProgram) {
    this.#isProgram = isProgram;
  }

  statement(statement: StatementNode, streams: Streams): StatementNode {
    if (statement.background) return background(statement, streams);
    return { ...statement, pipelines: statement.pipelines.map((p) => this.#pipeline(p, streams)) };
  }

  #pipeline(pipeline: PipelineNode, streams: Streams): PipelineNode {
    const last = pipeline.commands.length - 1;
    const commands: CommandNode[] = [];
    const pipeStderr: boolean[] = [];
    pipeline.commands.forEach((command, i) => {
      const own: Streams = {
        in: streams.in && i === 0,
        out: streams.out && i === last,
        err: streams.err && !(pipeline.pipeStderr?.[i] ?? false),
      };
      const reader = own.in ? terminalReader(command) : undefined;
      if (reader) {
        commands.push(reader);
        pipeStderr.push(false);
      }
      commands.push(this.#command(command, reader ? { ...own, in: false } : own));
      if (i < last) pipeStderr.push(pipeline.pipeStderr?.[i] ?? false);
    });
    return { ...pipeline, commands, pipeStderr };
  }

  /** A command whose output goes to a file gets a check behind it: the library cannot tell it that the disk is full. */
  #command(command: CommandNode, streams: Streams): CommandNode {
    const connected = this.#connection(command, streams);
    if (connected) return connected;
    const rewritten = this.#plain(command, streams);
    const writes =
      'redirections' in command &&
      command.redirections.some((r) => /^(&?>>?\|?)$/.test(r.operator) && !isHarmless(r.target));
    if (!writes || command.type === 'FunctionDef') return rewritten;
    if (command.type === 'SimpleCommand' && (!command.name || literal(command.name) === 'exec'))
      return rewritten;
    const statement = (c: CommandNode): StatementNode => ({
      type: 'Statement',
      pipelines: [{ type: 'Pipeline', commands: [c], negated: false }],
      operators: [],
      background: false,
    });
    const check = firstCommand('/usr/bin/__wrote $?');
    const redirections = streams.out && streams.err ? [mergeErrors] : [];
    return {
      type: 'Group',
      body: [statement(rewritten), statement({ ...check, redirections })],
      redirections: [],
    };
  }

  /** A redirection from or to /dev/tcp/HOST/PORT: the connection is tried first, and the command runs without it if it comes about. */
  #connection(command: CommandNode, streams: Streams): CommandNode | undefined {
    if (command.type !== 'SimpleCommand') return undefined;
    const socket = command.redirections.find(({ target }) => isSocket(target));
    if (!socket || !('parts' in socket.target)) return undefined;
    const rest = { ...command, redirections: command.redirections.filter((r) => r !== socket) };
    const connect: SimpleCommandNode = {
      ...firstCommand('/usr/bin/__connect'),
      args: [socket.target],
      redirections: rest.redirections.filter((r) => r.fd === 2 || r.operator === '&>'),
    };
    const pipeline = (c: CommandNode): PipelineNode => ({ type: 'Pipeline', commands: [c], negated: false });
    const name = command.name ? literal(command.name) : undefined;
    const runs = name !== undefined && !(name === 'exec' && command.args.length === 0);
    const [first, then] = [
      pipeline(this.#simple(connect, streams)),
      ...(runs ? [pipeline(this.#command(rest, streams))] : []),
    ] as [PipelineNode, PipelineNode?];
    return {
      type: 'Group',
      body: [
        {
          type: 'Statement',
          pipelines: then ? [first, then] : [first],
          operators: then ? ['&&'] : [],
          background: false,
        },
      ],
      redirections: [],
    };
  }

  /** Rewrites what stands in `$(…)` and `<(…)` anywhere below a node. Their errors still go to the shell's own. */
  #words<T>(node: T): T {
    if (Array.isArray(node)) return node.map((item: unknown) => this.#words(item)) as T;
    if (typeof node !== 'object' || node === null) return node;
    const typed = node as { type?: string; body?: { statements?: StatementNode[] } };
    if (
      (typed.type === 'CommandSubstitution' || typed.type === 'ProcessSubstitution') &&
      typed.body?.statements
    ) {
      return {
        ...node,
        body: {
          ...typed.body,
          statements: withUmask(typed.body.statements.map((s) => this.statement(s, none))),
        },
      };
    }
    return Object.fromEntries(
      Object.entries(node).map(([name, value]) => [name, this.#words(value as unknown)]),
    ) as T;
  }

  #plain(command: CommandNode, streams: Streams): CommandNode {
    // The library's own `exec` does not know the programs of an appliance. Nothing stands behind it in the texts that use it.
    if (command.type === 'SimpleCommand' && command.name && literal(command.name) === 'exec') {
      const [name, ...args] = command.args;
      if (name) return this.#plain({ ...command, name, args }, streams);
    }
    if (command.type === 'SimpleCommand')
      return this.#simple(
        {
          ...command,
          ...this.#words({
            name: command.name,
            args: command.args,
            assignments: command.assignments,
            redirections: command.redirections,
          }),
        },
        streams,
      );
    if (command.type === 'FunctionDef')
      return { ...command, body: this.#command(command.body, none) as typeof command.body };
    const own = redirected(streams, 'redirections' in command ? command.redirections : []);
    const body = (list: StatementNode[]): StatementNode[] => list.map((s) => this.statement(s, own));
    switch (command.type) {
      case 'If':
        return {
          ...command,
          clauses: command.clauses.map((c) => ({ condition: body(c.condition), body: body(c.body) })),
          elseBody: command.elseBody ? body(command.elseBody) : null,
        };
      case 'For':
        return { ...command, words: this.#words(command.words), body: body(command.body) };
      case 'Subshell':
        return { ...command, body: withUmask(body(command.body)) };
      case 'CStyleFor':
      case 'Group':
        return { ...command, body: body(command.body) };
      case 'While':
      case 'Until':
        return { ...command, condition: body(command.condition), body: body(command.body) };
      case 'Case':
        return {
          ...command,
          word: this.#words(command.word),
          items: command.items.map((item) => ({ ...item, body: body(item.body) })),
        };
      default:
        return this.#words(command);
    }
  }

  #simple(command: SimpleCommandNode, streams: Streams): SimpleCommandNode {
    const own = redirected(streams, command.redirections);
    const name = command.name ? literal(command.name) : undefined;
    let result = [name, ...command.args.map(literal)].includes('script') ? withInputPath(command) : command;
    if (
      name !== undefined &&
      !name.startsWith('/usr/bin/__') &&
      this.#isProgram(name.slice(name.lastIndexOf('/') + 1))
    ) {
      const flags = `${own.in ? 'i' : '-'}${own.out ? 'o' : '-'}${own.err ? 'e' : '-'}`;
      result = {
        ...result,
        name: word('/usr/bin/__program'),
        args: [word(flags), command.name as WordNode, ...result.args],
      };
    } else if (name !== undefined && /^\.{0,2}\/(?!usr\/bin\/|bin\/)/.test(name)) {
      // A script by its path: run by a shell of its own, which knows the programs named in it.
      const flags = `${own.in ? 'i' : '-'}${own.out ? 'o' : '-'}${own.err ? 'e' : '-'}`;
      result = {
        ...command,
        name: word('/usr/bin/__program'),
        args: [word(flags), word('sh'), command.name as WordNode, ...command.args],
      };
    } else if (
      name === 'command' &&
      /^-[vV]$/.test(command.args[0] ? (literal(command.args[0]) ?? '') : '')
    ) {
      result = { ...command, name: word('/usr/bin/__commandv') };
    } else if (
      name === 'set' &&
      /^[-+]o history$/.test(command.args.map((a) => literal(a) ?? '').join(' '))
    ) {
      result = { ...command, name: word('/usr/bin/__keephistory') };
    } else if (name === 'command' && command.args[0] !== undefined && literal(command.args[0]) === '-v') {
      result = { ...command, name: word('/usr/bin/__command_v'), args: command.args.slice(1) };
    } else if (name === 'eval') {
      // Its text is known only when it runs; it is rewritten then.
      result = { ...command, name: word('/usr/bin/__eval') };
    } else if (name === 'read' && own.in) {
      result = { ...command, name: word('/usr/bin/__read') };
    }
    if (result.name && name !== 'exec' && own.out && own.err) {
      result = { ...result, redirections: [...result.redirections, mergeErrors] };
    }
    return result;
  }
}

/** `script … < FIFO`: it gets the path instead of the content, which nobody has written yet. */
function withInputPath(command: SimpleCommandNode): SimpleCommandNode {
  const input = command.redirections.find((r) => /^<>?$/.test(r.operator) && (r.fd ?? 0) === 0);
  if (!input || !('parts' in input.target)) return command;
  const option = {
    ...input.target,
    parts: [{ type: 'Literal', value: '--input-from=' } as const, ...input.target.parts],
  } as WordNode;
  return {
    ...command,
    args: [...command.args, option],
    redirections: command.redirections.filter((r) => r !== input),
  };
}

/** A child's umask must not reach its parent, with which it shares a process here: kept before, put back after. */
function withUmask(body: StatementNode[]): StatementNode[] {
  return [
    ...parse('/usr/bin/__umask keep').statements,
    ...body,
    ...parse('/usr/bin/__umask back $?').statements,
  ];
}

const isSocket = (target: unknown): boolean => {
  const [first] = (target as Partial<WordNode>).parts ?? [];
  const text = first?.type === 'DoubleQuoted' ? first.parts[0] : first;
  return text?.type === 'Literal' && text.value.startsWith('/dev/tcp/');
};

const isHarmless = (target: unknown): boolean => {
  const text =
    typeof target === 'object' && target !== null && 'parts' in target
      ? literal(target as WordNode)
      : undefined;
  return text === '/dev/null' || text === '/dev/tty';
};

/** What remains of the terminal after a command's redirections. */
function redirected(streams: Streams, redirections: SimpleCommandNode['redirections']): Streams {
  const own = { ...streams };
  for (const { operator, fd, target } of redirections) {
    const text = 'parts' in target ? literal(target) : undefined;
    if (text === '/dev/tty') continue;
    if (operator.startsWith('<')) {
      if ((fd ?? 0) === 0) own.in = false;
    } else if (operator === '>&' && text === '1' && fd === 2) own.err = own.out;
    else if (operator === '>&' && text === '2' && (fd ?? 1) === 1) own.out = own.err;
    else if (operator.startsWith('&>')) own.out = own.err = false;
    else if (fd === 2) own.err = false;
    else if ((fd ?? 1) === 1) own.out = false;
  }
  return own;
}

/** For a command that would read its input from the terminal: a command to put in front of it. */
function terminalReader(command: CommandNode): CommandNode | undefined {
  if (command.type !== 'SimpleCommand' || !command.name) return undefined;
  if (command.redirections.some((r) => r.operator.startsWith('<') && (r.fd ?? 0) === 0)) return undefined;
  const name = literal(command.name);
  const args = command.args.map((a) => literal(a) ?? '$');
  const operands = args.filter((a) => !a.startsWith('-') || a === '-');
  const readers: Record<string, () => string | undefined> = {
    cat: () => (operands.every((o) => o === '-') ? '/usr/bin/__terminal' : undefined),
    tee: () => '/usr/bin/__terminal',
    tr: () => '/usr/bin/__terminal',
    base64: () => (operands.filter((o) => !/^\d+$/.test(o)).length === 0 ? '/usr/bin/__terminal' : undefined),
    sha256sum: () => (operands.length === 0 ? '/usr/bin/__terminal' : undefined),
    sed: () => (operands.length <= 1 ? '/usr/bin/__terminal' : undefined),
    head: () => {
      // A path may look like an option: it counts only where no file is named.
      if (operands.some((o) => o !== '-' && !/^\d+$/.test(o))) return undefined;
      const text = args.join(' ');
      const bytes = /-c\s*(\d+)/.exec(text)?.[1];
      if (bytes !== undefined) return `/usr/bin/__terminal -c ${bytes}`;
      return `/usr/bin/__terminal -n ${/-n?\s*(\d+)/.exec(text)?.[1] ?? '10'}`;
    },
  };
  const source = name === undefined ? undefined : readers[name]?.();
  return source === undefined ? undefined : firstCommand(source);
}

/** `cmd &`: becomes a call that starts the text of the statement as a job. */
function background(statement: StatementNode, streams: Streams): StatementNode {
  const text = serialize({ type: 'Script', statements: [{ ...statement, background: false }] });
  const call = firstCommand(
    `/usr/bin/__background ${streams.out ? 'o' : '-'} '${text.replaceAll("'", `'\\''`)}'`,
  );
  return {
    ...statement,
    background: false,
    operators: [],
    pipelines: [{ type: 'Pipeline', negated: false, commands: [call] }],
  };
}

function firstCommand(text: string): SimpleCommandNode {
  return parse(text).statements[0]?.pipelines[0]?.commands[0] as SimpleCommandNode;
}

function word(text: string): WordNode {
  return { type: 'Word', parts: [{ type: 'Literal', value: text }] };
}

const mergeErrors = firstCommand('x 2>&1').redirections[0] as SimpleCommandNode['redirections'][number];

/** The text of a word without expansions, else undefined. */
export function literal(node: WordNode): string | undefined {
  let text = '';
  for (const part of node.parts) {
    if (part.type === 'Literal' || part.type === 'SingleQuoted' || part.type === 'Escaped')
      text += part.value;
    else if (part.type === 'DoubleQuoted') {
      const inner = literal({ type: 'Word', parts: part.parts });
      if (inner === undefined) return undefined;
      text += inner;
    } else return undefined;
  }
  return text;
}
