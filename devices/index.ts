export type {
  Arrival,
  CommandResult,
  Credential,
  Endpoint,
  FileWay,
  HostKey,
  RootShell,
  RunOptions,
  Sessions,
} from './session.ts';
