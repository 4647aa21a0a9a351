import { logIn } from '../logins/log-in.ts';
import type { Logins } from '../logins/logins.ts';
import type { ApplianceProfile } from '../profile.ts';
import type { Endpoint } from '../session.ts';
import { Routes } from './routes.ts';

/** The way to a box that is looked at alone, once. */
export function routesForOne(logins: Logins, profileOf: (hop: Endpoint) => ApplianceProfile): Routes {
  return new Routes(
    { channels: 1, connections: 1, idleCloseMs: 1_000 },
    async (hop, open) => logIn(hop, { profile: profileOf(hop), logins, stream: await open?.(), secrets: [] }),
    (hop) => profileOf(hop).timeouts.connect,
  );
}
