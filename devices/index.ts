/** Boxes: how they are reached, how their shells are walked through, what their programs print. */
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
export { profileSchema, type ApplianceProfile } from './profile.ts';
export { loadProfiles, shippedFamilies, type LoadedProfiles } from './load-profiles.ts';
export { fillCommand, fillTemplate } from './fill-command.ts';
export { shellQuote } from './dialogue/quote.ts';
export { createSessions, type SessionsOptions } from './sessions.ts';
export { createMask, type Mask } from './masking.ts';
