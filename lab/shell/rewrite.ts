import { parse, serialize, type CommandNode, type PipelineNode, type SimpleCommandNode, type StatementNode, type WordNode } from 'just-bash';

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
export function rewriteStatement(statement: StatementNode, onTerminal: boolean, isProgram: IsProgram): StatementNode {
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

  #command(command: CommandNode, streams: Streams): CommandNode {
    if (command.type === 'SimpleCommand') return this.#simple(command, streams);
    if (command.type === 'FunctionDef') return { ...command, body: this.#command(command.body, none) as typeof command.body };
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
      case 'CStyleFor':
      case 'Subshell':
      case 'Group':
        return { ...command, body: body(command.body) };
      case 'While':
      case 'Until':
        return { ...command, condition: body(command.condition), body: body(command.body) };
      case 'Case':
        return { ...command, items: command.items.map((item) => ({ ...item, body: body(item.body) })) };
      default:
        return command;
    }
  }

  #simple(command: SimpleCommandNode, streams: Streams): SimpleCommandNode {
    const own = redirected(streams, command.redirections);
    const name = command.name ? literal(command.name) : undefined;
    let result = command;
    if (name !== undefined && this.#isProgram(name.slice(name.lastIndexOf('/') + 1))) {
      const flags = `${own.in ? 'i' : '-'}${own.out ? 'o' : '-'}${own.err ? 'e' : '-'}`;
      result = { ...command, name: word('/usr/bin/__program'), args: [word(flags), command.name as WordNode, ...command.args] };
    } else if (name === 'read' && own.in) {
      result = { ...command, name: word('/usr/bin/__read') };
    }
    if (result.name && name !== 'exec' && own.out && own.err) {
      result = { ...result, redirections: [...result.redirections, mergeErrors] };
    }
    return result;
  }
}

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
      const text = args.join(' ');
      const bytes = /-c\s*(\d+)/.exec(text)?.[1];
      if (bytes !== undefined && operands.length <= 1) return `/usr/bin/__terminal -c ${bytes}`;
      const lines = /-n?\s*(\d+)/.exec(text)?.[1] ?? '10';
      return operands.filter((o) => !/^\d+$/.test(o)).length === 0 ? `/usr/bin/__terminal -n ${lines}` : undefined;
    },
  };
  const source = name === undefined ? undefined : readers[name]?.();
  return source === undefined ? undefined : firstCommand(source);
}

/** `cmd &`: becomes a call that starts the text of the statement as a job. */
function background(statement: StatementNode, streams: Streams): StatementNode {
  const text = serialize({ type: 'Script', statements: [{ ...statement, background: false }] });
  const call = firstCommand(`/usr/bin/__background ${streams.out ? 'o' : '-'} '${text.replaceAll("'", `'\\''`)}'`);
  return { ...statement, background: false, operators: [], pipelines: [{ type: 'Pipeline', negated: false, commands: [call] }] };
}

function firstCommand(text: string): SimpleCommandNode {
  return parse(text).statements[0]?.pipelines[0]?.commands[0] as SimpleCommandNode;
}

function word(text: string): WordNode {
  return { type: 'Word', parts: [{ type: 'Literal', value: text }] } as WordNode;
}

const mergeErrors = firstCommand('x 2>&1').redirections[0] as SimpleCommandNode['redirections'][number];

/** The text of a word without expansions, else undefined. */
export function literal(node: WordNode): string | undefined {
  let text = '';
  for (const part of node.parts) {
    if (part.type === 'Literal' || part.type === 'SingleQuoted' || part.type === 'Escaped') text += part.value;
    else if (part.type === 'DoubleQuoted') {
      const inner = literal({ type: 'Word', parts: part.parts } as WordNode);
      if (inner === undefined) return undefined;
      text += inner;
    } else return undefined;
  }
  return text;
}
