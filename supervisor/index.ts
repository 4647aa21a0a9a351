/** The engine's own processes: where they live, how to reach them, how to start and stop them. */
export { connect, type RunbookConnection } from './connect.ts';
export { ensureUp, type EnsureUpOptions } from './control.ts';
export { externalServer, type ExternalServer } from './external-server.ts';
export { createHome, familyFolders, runbookHome, type Home } from './home.ts';
export { Journal, type JournalEntry } from './journal.ts';
export {
  endProcess,
  identify,
  isAlive,
  isGoneWithin,
  signal,
  type ProcessIdentity,
} from './process-identity.ts';
export { largePayloads } from './large-payloads.ts';
export { runProgram } from './run-program.ts';
export { stop, type StoppedProcess } from './stop.ts';
export { readSupervisorState, type PartState, type SupervisorState } from './state.ts';
export {
  findTemporalExecutable,
  searchTemporalExecutable,
  type Attempt,
  type ExecutableSearch,
  type TemporalExecutable,
} from './temporal-executable.ts';
export { typescriptArguments } from './typescript-arguments.ts';
export { productVersion } from './version.ts';
export { workerArguments, workerEnvironment } from './worker-process.ts';
