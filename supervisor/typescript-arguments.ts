import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Arguments that let node run one of our `.ts` files. The loader is named by its place, since a name would be looked up from the
 * working directory.
 */
export const typescriptArguments: readonly string[] = [
  '--import',
  pathToFileURL(fileURLToPath(import.meta.resolve('tsx'))).href,
];
