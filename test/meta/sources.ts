import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Absolute path of the checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Import {
  /** Path of the importing file, from the root. */
  readonly from: string;
  readonly line: number;
  /** Path of a file of ours from the root, or name of a package (`node:fs`, `@temporalio/client`). */
  readonly to: string;
  readonly isOurs: boolean;
  /** Nothing of it is left at run time. */
  readonly isTypeOnly: boolean;
}

/** All files of the checkout that git knows or would add, from the root. */
export function repositoryFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((file) => file !== '' && isThere(file));
}

export function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** Every import and re-export of the TypeScript files given. */
export function importsOf(files: readonly string[]): Import[] {
  return files.flatMap((file) => {
    const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2022, true);
    const found: Import[] = [];
    const add = (node: ts.Node, specifier: ts.Expression | undefined, isTypeOnly: boolean): void => {
      if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
      const isOurs = specifier.text.startsWith('.');
      const to = isOurs
        ? path.posix.join(path.posix.dirname(file), specifier.text)
        : packageOf(specifier.text);
      found.push({
        from: file,
        line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
        to,
        isOurs,
        isTypeOnly,
      });
    };
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, isErased(node.importClause));
      else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, node.isTypeOnly);
      else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
        add(node, node.arguments[0], false);
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

function isErased(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause.namedBindings;
  return (
    clause.name === undefined &&
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.every((element) => element.isTypeOnly)
  );
}

/** `ssh2/lib/x` is of package `ssh2`, `@scope/name/x` of `@scope/name`. */
function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function isThere(file: string): boolean {
  try {
    readFileSync(path.join(root, file));
    return true;
  } catch {
    return false;
  }
}
