import { FileFault, normalise } from '../files.ts';
import type { Call } from './call.ts';
import { commands } from './commands.ts';
import { parseScript, SyntaxFault, type Command, type Redirection, type Script, type Word } from './parse.ts';
import type { State, World } from './world.ts';

class Exit extends Error {
  readonly status: number;
  constructor(status: number) {
    super('exit');
    this.status = status;
  }
}

class Return extends Error {}

type Sink = { text: Buffer[] } | { path: string; text: Buffer[] } | undefined;

/** A shell on a box. Runs a script at once; what it would have waited for is added up in `tookMs`, and its commands see that clock. */
export class Shell {
  readonly world: World;
  state: State;
  tookMs = 0;
  status = 0;
  #depth = 0;

  constructor(world: World, uid: number) {
    this.world = world;
    this.state = {
      cwd: uid === 0 ? '/root' : '/home/admin',
      umask: 0o022,
      noClobber: false,
      uid,
      variables: new Map(),
      functions: new Map(),
      args: [],
      trap: '',
    };
  }

  now(): number {
    return this.world.now() + this.tookMs;
  }

  /** Runs a line and gives back what it printed; `ended` when the line was the shell's last. */
  line(text: string): { out: Buffer; ended: boolean; tookMs: number } {
    this.tookMs = 0;
    const out: { text: Buffer[] } = { text: [] };
    let ended = false;
    try {
      this.#run(parseScript(text), '', out, out);
    } catch (thrown) {
      if (thrown instanceof Exit) ended = true;
      else if (thrown instanceof Return) this.status = 1;
      else if (thrown instanceof SyntaxFault) {
        this.status = 2;
        out.text.push(Buffer.from(`-bash: syntax error: ${thrown.message}\n`));
      } else throw thrown;
    }
    return { out: Buffer.concat(out.text), ended, tookMs: this.tookMs };
  }

  /** The shell ends, however it came: its trap runs. */
  end(): void {
    if (this.state.trap !== '') this.line(this.state.trap);
  }

  #run(script: Script, input: string, out: Sink, err: Sink): void {
    for (const { join, pipeline } of script) {
      if ((join === '&&' && this.status !== 0) || (join === '||' && this.status === 0)) continue;
      let feed = input;
      pipeline.commands.forEach((command, index) => {
        if (index === pipeline.commands.length - 1) this.#command(command, feed, out, err);
        else {
          const pipe: { text: Buffer[] } = { text: [] };
          this.#inSubshell(() => {
            this.#command(command, feed, pipe, err);
          });
          feed = Buffer.concat(pipe.text).toString('latin1');
        }
      });
      if (pipeline.isNegated) this.status = this.status === 0 ? 1 : 0;
    }
  }

  #inSubshell(work: () => void): void {
    const outer = this.state;
    this.state = { ...outer, variables: new Map(outer.variables), functions: new Map(outer.functions) };
    try {
      work();
    } catch (thrown) {
      if (!(thrown instanceof Exit)) throw thrown;
      this.status = thrown.status;
    } finally {
      // A trap of the subshell's own runs at its end.
      const { trap } = this.state;
      if (trap !== '' && trap !== outer.trap) this.line(trap);
      this.state = outer;
    }
  }

  #command(command: Command, input: string, out: Sink, err: Sink): void {
    if (command.kind === 'function') {
      this.state.functions.set(command.name, command.body);
      this.status = 0;
      return;
    }
    let streams;
    try {
      streams = this.#redirect(command.redirections, input, out, err);
    } catch (thrown) {
      if (!(thrown instanceof FileFault)) throw thrown;
      this.#print(err, `-bash: ${thrown.message}\n`);
      this.status = 1;
      return;
    }
    switch (command.kind) {
      case 'group':
        this.#run(command.body, streams.input, streams.out, streams.err);
        return;
      case 'subshell':
        this.#inSubshell(() => {
          this.status = 0;
          this.#run(command.body, streams.input, streams.out, streams.err);
        });
        return;
      case 'if':
        for (const { condition, body } of command.branches) {
          this.#run(condition, streams.input, streams.out, streams.err);
          if (this.status !== 0) continue;
          this.#run(body, streams.input, streams.out, streams.err);
          return;
        }
        this.status = 0;
        if (command.otherwise !== undefined)
          this.#run(command.otherwise, streams.input, streams.out, streams.err);
        return;
      case 'for':
        this.status = 0;
        for (const value of command.words.flatMap((word) => this.#expand(word))) {
          this.state.variables.set(command.variable, value);
          this.#run(command.body, streams.input, streams.out, streams.err);
        }
        return;
      case 'simple':
        this.#simple(command, streams.input, streams.out, streams.err);
    }
  }

  #redirect(
    redirections: readonly Redirection[],
    input: string,
    out: Sink,
    err: Sink,
  ): { input: string; out: Sink; err: Sink } {
    for (const { fd, operator, target } of redirections) {
      const text = this.#expand(target).join(' ');
      if (operator === '>&') {
        if (fd === 2) err = out;
        else out = err;
      } else if (operator === '<' || operator === '<>') {
        if (text === '/dev/null') input = '';
        else {
          const content = this.world.files.get(this.path(text))?.content;
          if (content === undefined) throw new FileFault(`${text}: No such file or directory`);
          input = content.toString('latin1');
        }
      } else {
        const sink = text === '/dev/null' ? undefined : this.#open(text, operator === '>>');
        if (fd === 2) err = sink;
        else out = sink;
      }
    }
    return { input, out, err };
  }

  #open(name: string, append: boolean): Sink {
    const path = this.path(name);
    const { files } = this.world;
    const before = files.get(path);
    if (before !== undefined && before.content === undefined) throw new FileFault(`${name}: Is a directory`);
    if (before !== undefined && this.state.noClobber && !append)
      throw new FileFault(`${name}: cannot overwrite existing file`);
    if (before === undefined)
      files.put(path, {
        content: Buffer.alloc(0),
        mode: 0o666 & ~this.state.umask,
        uid: this.state.uid,
        mtimeMs: this.now(),
        ctimeMs: this.now(),
      });
    else if (!append) this.write(path, Buffer.alloc(0));
    return { path, text: [] };
  }

  write(path: string, content: Buffer): void {
    const node = this.world.files.change(path);
    node.content = content;
    node.mtimeMs = node.ctimeMs = this.now();
    this.world.changed(path, this.now());
  }

  #print(sink: Sink, text: string | Buffer): void {
    if (sink === undefined || text.length === 0) return;
    const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
    if ('path' in sink)
      this.write(
        sink.path,
        Buffer.concat([this.world.files.get(sink.path)?.content ?? Buffer.alloc(0), bytes]),
      );
    else sink.text.push(bytes);
  }

  #simple(command: Command & { kind: 'simple' }, input: string, out: Sink, err: Sink): void {
    const before = this.status;
    const words = command.words.flatMap((word) => this.#expand(word));
    const values = command.assignments.map(
      ({ name, value }) => [name, this.#expand(value, false).join(' ')] as const,
    );
    const [name, ...args] = words;
    if (name === undefined) {
      for (const [variable, value] of values) this.state.variables.set(variable, value);
      if (!command.assignments.some(({ value }) => value.some((piece) => piece.kind === 'command')))
        this.status = 0;
      return;
    }
    const body = this.state.functions.get(name);
    if (body !== undefined) {
      this.#called(body, args, input, out, err);
      return;
    }
    switch (name) {
      case 'eval':
        this.#run(this.#parsed(args.join(' '), err), input, out, err);
        return;
      case 'sh':
      case 'bash':
        this.#inSubshell(() => {
          this.state.functions.clear();
          if (args[0] === '-c') this.state.args = args.slice(2);
          this.status = 0;
          this.#run(this.#parsed(args[0] === '-c' ? (args[1] ?? '') : input, err), '', out, err);
        });
        return;
      case 'exit':
        throw new Exit((this.status = args[0] === undefined ? before : Number(args[0]) & 255));
      case 'return':
        this.status = args[0] === undefined ? before : Number(args[0]) & 255;
        throw new Return();
      default:
        this.#program(name, args, input, out, err);
    }
  }

  #called(body: Command, args: readonly string[], input: string, out: Sink, err: Sink): void {
    const outer = this.state.args;
    if ((this.#depth += 1) > 50) throw new Exit(1);
    this.state.args = args;
    try {
      this.#command(body, input, out, err);
    } catch (thrown) {
      if (!(thrown instanceof Return)) throw thrown;
    } finally {
      this.#depth -= 1;
      this.state.args = outer;
    }
  }

  #parsed(text: string, err: Sink): Script {
    try {
      return parseScript(text);
    } catch (thrown) {
      if (!(thrown instanceof SyntaxFault)) throw thrown;
      this.#print(err, `-bash: eval: syntax error: ${thrown.message}\n`);
      this.status = 2;
      return [];
    }
  }

  #program(name: string, args: readonly string[], input: string, out: Sink, err: Sink): void {
    const call: Call = {
      shell: this,
      args,
      input,
      out: (text) => this.#print(out, text),
      err: (text) => this.#print(err, text),
    };
    const own = commands.get(name);
    try {
      if (own !== undefined) {
        this.status = own(call) ?? 0;
        return;
      }
      const done = this.world.vendor(name.slice(name.lastIndexOf('/') + 1), args, this.now());
      if (done === undefined) {
        call.err(`-bash: ${name}: command not found\n`);
        this.status = 127;
        return;
      }
      this.tookMs += done.takesMs ?? 0;
      call.out(done.out);
      this.status = done.status;
    } catch (thrown) {
      if (!(thrown instanceof FileFault)) throw thrown;
      call.err(`${name}: ${thrown.message}\n`);
      this.status = 1;
    }
  }

  path(name: string): string {
    return normalise(this.state.cwd, name);
  }

  #expand(word: Word, split = true): string[] {
    const fields: string[] = [];
    let current: string | undefined;
    let isPattern = false;
    for (const piece of word) {
      if (piece.kind === 'text') {
        if (!piece.quoted && /[*?]/.test(piece.text)) isPattern = true;
        current = (current ?? '') + piece.text;
        continue;
      }
      const value = this.#value(piece);
      if (piece.quoted || !split) {
        current = (current ?? '') + value;
        continue;
      }
      const parts = value.split(/\s+/);
      for (const [index, part] of parts.entries()) {
        if (index > 0 && current !== undefined) {
          fields.push(current);
          current = undefined;
        }
        if (part !== '') current = (current ?? '') + part;
      }
    }
    if (current !== undefined) fields.push(current);
    return isPattern && split && fields.length === 1 ? this.#glob(fields[0] ?? '') : fields;
  }

  #value(piece: Exclude<Word[number], { kind: 'text' }>): string {
    if (piece.kind === 'sum') {
      const text = piece.text.replace(
        /\$?([A-Za-z_]\w*)/g,
        (_all, name: string) => this.#variable(name) || '0',
      );
      if (!/^[\d\s+*/%()-]+$/.test(text)) throw new SyntaxFault(`sum ${piece.text}`);
      return String(sum(text));
    }
    if (piece.kind === 'command') {
      const pipe: { text: Buffer[] } = { text: [] };
      this.#inSubshell(() => {
        this.#run(piece.script, '', pipe, undefined);
      });
      return Buffer.concat(pipe.text).toString('latin1').replace(/\n+$/, '');
    }
    const value = this.#variable(piece.name);
    if (piece.strip === undefined) return value;
    const pattern = piece.strip.slice(1).replace(/\$(\w+)/g, (_all, name: string) => this.#variable(name));
    if (piece.strip.startsWith('%')) return value.endsWith(pattern) ? value.slice(0, -pattern.length) : value;
    const wanted = pattern.replace(/^\*/, '');
    const at = value.indexOf(wanted);
    return at < 0 || (at > 0 && wanted === pattern) ? value : value.slice(at + wanted.length);
  }

  #variable(name: string): string {
    if (name === '?') return String(this.status);
    if (name === '#') return String(this.state.args.length);
    if (name === '@') return this.state.args.join(' ');
    if (/^\d$/.test(name)) return name === '0' ? '-bash' : (this.state.args[Number(name) - 1] ?? '');
    return this.state.variables.get(name) ?? '';
  }

  #glob(pattern: string): string[] {
    const path = this.path(pattern);
    const at = path.lastIndexOf('/');
    const regex = new RegExp(
      `^${path
        .slice(at + 1)
        .replace(/[.+^${}()|\\]/g, '\\$&')
        .replace(/\*/g, '.*')
        .replace(/\?/g, '.')}$`,
    );
    const found = this.world.files.list(path.slice(0, at) || '/').filter((name) => regex.test(name));
    const head = pattern.slice(0, pattern.lastIndexOf('/') + 1);
    return found.length === 0 ? [pattern] : found.map((name) => head + name);
  }
}

/** Adds and subtracts: all that is asked for. */
function sum(text: string): number {
  const signs = text.replace(/[\s()]/g, '').match(/[+-]?\d+/g) ?? [];
  return signs.reduce((total, part) => total + Number(part), 0);
}
