import type { ASTNode } from '@marcbachmann/cel-js';

/** A fact that an expression reads. */
export interface Reference {
  /**
   * First two parts of the path: `manager.ca`; the root alone where nothing is selected from it: `devices`; `devices[].look` for
   * `d.look` in `devices.filter(d, d.look.up)`.
   */
  readonly name: string;
  readonly root: string;
  readonly key?: string;
  /** The key is read from each element of the root, a list. */
  readonly each?: true;
  /** 0-based, within the expression. */
  readonly offset: number;
}

/** Names that macros bind, with the list whose elements they stand for where that is a fact. */
type Bound = ReadonlyMap<string, string | undefined>;

const binders = new Set(['all', 'exists', 'exists_one', 'map', 'filter', 'bind']);

/** Facts read by a parsed expression, in the order of the text. */
export function referencesOf(ast: ASTNode): Reference[] {
  const found: Reference[] = [];
  collect(ast, new Map(), found);
  return found.sort((a, b) => a.offset - b.offset);
}

function collect(node: ASTNode, bound: Bound, found: Reference[]): void {
  if (node.op === 'id') {
    if (!bound.has(node.args)) found.push({ name: node.args, root: node.args, offset: node.start });
    return;
  }
  if (node.op === 'rcall') {
    const [name, receiver, args] = node.args;
    // `cel.bind(x, value, …)`: the receiver is a namespace, no fact, and `x` stands for one value, not for elements.
    const namespace = name === 'bind' && receiver.op === 'id' && receiver.args === 'cel';
    if (!namespace) collect(receiver, bound, found);
    const [variable] = args;
    const binds = binders.has(name) && variable?.op === 'id';
    const inner = binds
      ? new Map([...bound, [variable.args, namespace ? undefined : listOf(receiver, bound)]])
      : bound;
    for (const argument of binds ? args.slice(1) : args) collect(argument, inner, found);
    return;
  }
  const select = selectOf(node);
  if (select !== undefined) {
    const { root, key, offset } = select;
    const list = bound.get(root);
    if (!bound.has(root)) found.push({ name: `${root}.${key}`, root, key, offset });
    else if (list !== undefined)
      found.push({ name: `${list}[].${key}`, root: list, key, each: true, offset });
    return;
  }
  for (const child of children(node)) collect(child, bound, found);
}

/** `devices` for `devices` itself and for what `filter` leaves of it. */
function listOf(node: ASTNode, bound: Bound): string | undefined {
  if (node.op === 'id') return bound.has(node.args) ? undefined : node.args;
  return node.op === 'rcall' && node.args[0] === 'filter' ? listOf(node.args[1], bound) : undefined;
}

/** `manager.ca`, `manager.?ca` and `manager["ca"]`: one key on a bare name. */
function selectOf(node: ASTNode): { root: string; key: string; offset: number } | undefined {
  if (node.op !== '.' && node.op !== '.?' && node.op !== '[]' && node.op !== '[?]') return undefined;
  const [target, key] = node.args;
  if (target.op !== 'id') return undefined;
  const text = typeof key === 'string' ? key : key.op === 'value' ? key.args : undefined;
  return typeof text === 'string' ? { root: target.args, key: text, offset: target.start } : undefined;
}

function children(node: ASTNode): ASTNode[] {
  const nested: unknown[] = Array.isArray(node.args) ? node.args.flat(2) : [node.args];
  return nested.filter((item): item is ASTNode => typeof item === 'object' && item !== null && 'op' in item);
}
