import { typescriptArguments } from './typescript-arguments.ts';

/**
 * Arguments of node for a worker. By itself V8 lets a heap grow to four times what is in use before it collects, and keeps 48 MB for
 * what is young, in each of the three threads that run JavaScript: more than half of what a worker held in a large run was garbage.
 * The Dockerfile says the same.
 */
export const workerArguments: readonly string[] = [
  '--max-semi-space-size=8',
  '--heap-growing-percent=50',
  ...typescriptArguments,
];

/** The C library keeps a heap for every few threads, of which a worker has many, and gives little of them back. */
export const workerEnvironment = { MALLOC_ARENA_MAX: '2' } as const;
