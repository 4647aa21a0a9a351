/** A piece of a word. Quoted pieces are neither split nor globbed. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly strip: string | undefined;
      readonly quoted: boolean;
    }
  | { readonly kind: 'command'; readonly script: Script; readonly quoted: boolean }
  | { readonly kind: 'sum'; readonly text: string; readonly quoted: boolean };
export type Word = readonly Piece[];

export interface Redirection {
  readonly fd: number;
  readonly operator: '>' | '>>' | '<' | '>&' | '<>';
  readonly target: Word;
}

export type Command =
  | {
      readonly kind: 'simple';
      readonly assignments: readonly { readonly name: string; readonly value: Word }[];
      readonly words: readonly Word[];
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'group' | 'subshell';
      readonly body: Script;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'if';
      readonly branches: readonly { readonly condition: Script; readonly body: Script }[];
      readonly otherwise: Script | undefined;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'for';
      readonly variable: string;
      readonly words: readonly Word[];
      readonly body: Script;
      readonly redirections: readonly Redirection[];
    }
  | { readonly kind: 'function'; readonly name: string; readonly body: Command };

export interface Pipeline {
  readonly isNegated: boolean;
  readonly commands: readonly Command[];
}
/** Pipelines with what stands before each: `;` runs it always, `&&` and `||` by the status so far. */
export type Script = readonly { readonly join: ';' | '&&' | '||'; readonly pipeline: Pipeline }[];

export class SyntaxFault extends Error {}

const cache = new Map<string, Script>();

/** The part of the POSIX shell's grammar that people and programs use on an appliance; anything else is a {@link SyntaxFault}. */
export function parseScript(text: string): Script {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const script = new Parser(text).whole();
  // Lines with the names of a device in them come once; the others come from every device.
  if (text.length < 400 && cache.size < 5_000) cache.set(text, script);
  return script;
}

const endWords = new Set(['}', ')', 'then', 'elif', 'else', 'fi', 'do', 'done']);
const name = /[A-Za-z_][A-Za-z0-9_]*/y;

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Script {
    const script = this.#script();
    this.#blank(true);
    if (this.#at < this.#text.length)
      throw new SyntaxFault(`near \`${this.#text.slice(this.#at, this.#at + 10)}'`);
    return script;
  }

  #script(): Script {
    const parts: { join: ';' | '&&' | '||'; pipeline: Pipeline }[] = [];
    let join: ';' | '&&' | '||' = ';';
    for (;;) {
      this.#blank(true);
      if (this.#at >= this.#text.length || endWords.has(this.#peekWord())) return parts;
      parts.push({ join, pipeline: this.#pipeline() });
      this.#blank(false);
      if (this.#take('&&')) join = '&&';
      else if (this.#take('||')) join = '||';
      else if (this.#take(';') || this.#take('\n')) join = ';';
      else return parts;
    }
  }

  #pipeline(): Pipeline {
    const isNegated = this.#keyword('!');
    const commands: Command[] = [this.#command()];
    for (;;) {
      this.#blank(false);
      if (this.#text[this.#at] !== '|' || this.#text[this.#at + 1] === '|') return { isNegated, commands };
      this.#at += 1;
      this.#blank(true);
      commands.push(this.#command());
    }
  }

  #command(): Command {
    this.#blank(false);
    if (this.#keyword('{')) {
      const body = this.#script();
      this.#expect('}');
      return { kind: 'group', body, redirections: this.#redirections() };
    }
    if (this.#take('(')) {
      const body = this.#script();
      this.#blank(true);
      this.#expect(')');
      return { kind: 'subshell', body, redirections: this.#redirections() };
    }
    if (this.#keyword('if')) return this.#if();
    if (this.#keyword('for')) return this.#for();
    name.lastIndex = this.#at;
    const called = name.exec(this.#text)?.[0];
    if (
      called !== undefined &&
      /^\s*\(\s*\)/.test(this.#text.slice(this.#at + called.length, this.#at + called.length + 8))
    ) {
      this.#at = this.#text.indexOf(')', this.#at) + 1;
      this.#blank(true);
      return { kind: 'function', name: called, body: this.#command() };
    }
    return this.#simple();
  }

  #if(): Command {
    const branches: { condition: Script; body: Script }[] = [];
    let otherwise: Script | undefined;
    for (;;) {
      const condition = this.#script();
      this.#expect('then');
      branches.push({ condition, body: this.#script() });
      if (this.#keyword('elif')) continue;
      if (this.#keyword('else')) otherwise = this.#script();
      this.#expect('fi');
      return { kind: 'if', branches, otherwise, redirections: this.#redirections() };
    }
  }

  #for(): Command {
    this.#blank(false);
    name.lastIndex = this.#at;
    const variable = name.exec(this.#text)?.[0] ?? '';
    this.#at += variable.length;
    const words: Word[] = [];
    this.#expect('in');
    for (;;) {
      this.#blank(false);
      const word = this.#word();
      if (word === undefined) break;
      words.push(word);
    }
    if (!this.#take(';')) this.#take('\n');
    this.#expect('do');
    const body = this.#script();
    this.#expect('done');
    return { kind: 'for', variable, words, body, redirections: this.#redirections() };
  }

  #simple(): Command {
    const assignments: { name: string; value: Word }[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      this.#blank(false);
      const redirection = this.#redirection();
      if (redirection !== undefined) {
        redirections.push(redirection);
        continue;
      }
      if (words.length === 0) {
        name.lastIndex = this.#at;
        const variable = name.exec(this.#text)?.[0];
        if (variable !== undefined && this.#text[this.#at + variable.length] === '=') {
          this.#at += variable.length + 1;
          assignments.push({ name: variable, value: this.#word() ?? [] });
          continue;
        }
      }
      const word = this.#word();
      if (word === undefined) break;
      words.push(word);
    }
    if (words.length + assignments.length + redirections.length === 0)
      throw new SyntaxFault(`near \`${this.#text.slice(this.#at, this.#at + 10)}'`);
    return { kind: 'simple', assignments, words, redirections };
  }

  #redirections(): Redirection[] {
    const all: Redirection[] = [];
    for (;;) {
      this.#blank(false);
      const one = this.#redirection();
      if (one === undefined) return all;
      all.push(one);
    }
  }

  #redirection(): Redirection | undefined {
    const match = /^(\d?)(>>|>&|<>|>\||>|<)/.exec(this.#text.slice(this.#at, this.#at + 4));
    if (match === null) return undefined;
    const [all, digit = '', sign = ''] = match;
    this.#at += all.length;
    this.#blank(false);
    const target = this.#word();
    if (target === undefined) throw new SyntaxFault('a redirection without a target');
    const operator = (sign === '>|' ? '>' : sign) as Redirection['operator'];
    return { fd: digit === '' ? (sign.startsWith('<') ? 0 : 1) : Number(digit), operator, target };
  }

  #word(): Word | undefined {
    const pieces: Piece[] = [];
    let plain = '';
    const flush = (): void => {
      if (plain !== '') pieces.push({ kind: 'text', text: plain, quoted: false });
      plain = '';
    };
    const from = this.#at;
    while (this.#at < this.#text.length) {
      const sign = this.#text.charAt(this.#at);
      if (/[\s;&|()<>]/.test(sign)) break;
      if (sign === '\\') {
        pieces.push(
          ...(flush(), [{ kind: 'text' as const, text: this.#text.charAt(this.#at + 1), quoted: true }]),
        );
        this.#at += 2;
      } else if (sign === "'") {
        flush();
        const end = this.#text.indexOf("'", this.#at + 1);
        if (end < 0) throw new SyntaxFault('unterminated quote');
        pieces.push({ kind: 'text', text: this.#text.slice(this.#at + 1, end), quoted: true });
        this.#at = end + 1;
      } else if (sign === '"') {
        flush();
        this.#at += 1;
        this.#doubleQuoted(pieces);
      } else if (sign === '$') {
        flush();
        this.#dollar(pieces, false);
      } else {
        plain += sign;
        this.#at += 1;
      }
    }
    flush();
    return this.#at === from ? undefined : pieces;
  }

  #doubleQuoted(pieces: Piece[]): void {
    let text = '';
    for (;;) {
      if (this.#at >= this.#text.length) throw new SyntaxFault('unterminated quote');
      const sign = this.#text.charAt(this.#at);
      if (sign === '"') break;
      if (sign === '\\' && /["\\$`\n]/.test(this.#text.charAt(this.#at + 1))) {
        text += this.#text.charAt(this.#at + 1);
        this.#at += 2;
      } else if (sign === '$') {
        if (text !== '') pieces.push({ kind: 'text', text, quoted: true });
        text = '';
        this.#dollar(pieces, true);
      } else {
        text += sign;
        this.#at += 1;
      }
    }
    this.#at += 1;
    pieces.push({ kind: 'text', text, quoted: true });
  }

  #dollar(pieces: Piece[], quoted: boolean): void {
    const rest = this.#text.slice(this.#at, this.#at + 120);
    if (rest.startsWith('$((')) {
      const end = this.#text.indexOf('))', this.#at);
      if (end < 0) throw new SyntaxFault('unterminated sum');
      pieces.push({ kind: 'sum', text: this.#text.slice(this.#at + 3, end), quoted });
      this.#at = end + 2;
      return;
    }
    if (rest.startsWith('$(')) {
      this.#at += 2;
      const script = this.#script();
      this.#blank(true);
      this.#expect(')');
      pieces.push({ kind: 'command', script, quoted });
      return;
    }
    const match = /^\$(?:\{([A-Za-z_]\w*|[\d?#@$!])([%#][^}]*)?\}|([A-Za-z_]\w*|[\d?#@$!]))/.exec(rest);
    if (match === null) {
      pieces.push({ kind: 'text', text: '$', quoted: true });
      this.#at += 1;
      return;
    }
    pieces.push({ kind: 'variable', name: match[1] ?? match[3] ?? '', strip: match[2], quoted });
    this.#at += match[0].length;
  }

  /** Skips blanks and comments; newlines too where a command may begin. */
  #blank(newlines: boolean): void {
    for (;;) {
      const sign = this.#text[this.#at];
      if (sign === ' ' || sign === '\t' || (newlines && sign === '\n')) this.#at += 1;
      else if (sign === '\\' && this.#text[this.#at + 1] === '\n') this.#at += 2;
      else if (sign === '#')
        while (this.#at < this.#text.length && this.#text[this.#at] !== '\n') this.#at += 1;
      else return;
    }
  }

  #peekWord(): string {
    return /^(?:[{})!]|[a-z]+)(?=$|[\s;&|()])|^\)/.exec(this.#text.slice(this.#at, this.#at + 8))?.[0] ?? '';
  }

  #keyword(word: string): boolean {
    this.#blank(false);
    if (this.#peekWord() !== word) return false;
    this.#at += word.length;
    return true;
  }

  #take(sign: string): boolean {
    if (!this.#text.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    return true;
  }

  #expect(word: string): void {
    this.#blank(true);
    if (!this.#take(word)) throw new SyntaxFault(`\`${word}' is missing`);
  }
}
