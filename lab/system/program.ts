import { fileURLToPath } from 'node:url';

/** Where one of the programs that run in boxes lies on the host. */
export const program = (name: string): string =>
  fileURLToPath(new URL(`./programs/${name}`, import.meta.url));
