import { logIn } from '../logins/log-in.ts';
import { Logins } from '../logins/logins.ts';
import type { ApplianceProfile } from '../profile.ts';
import { routesForOne } from '../routes/routes-for-one.ts';
import type { Endpoint } from '../session.ts';
import type { ByteStream } from '../transport/transport.ts';
import type { Recording } from './schema.ts';
import type { SessionLog } from './session-log.ts';

/** A terminal on a box for a person, while a log listens. */
export interface ByHand {
  readonly stream: ByteStream;
  close(): void;
}

const one = { perSecond: 1, burst: 4, concurrent: 1, samePasswordAtOnce: 1 };

/** Logs in, through its jump hosts, and gives the terminal as it is. Throws what a login throws. */
export async function openByHand(
  endpoint: Endpoint,
  options: {
    readonly profiles: (family: string) => ApplianceProfile | undefined;
    readonly profile: ApplianceProfile;
    readonly terminal: Recording['terminal'];
    readonly log: SessionLog;
  },
): Promise<ByHand> {
  const { profile, terminal, log } = options;
  const logins = new Logins(one);
  const routes = routesForOne(logins, (hop) => options.profiles(hop.family) ?? profile);
  try {
    const passage = await routes.take(endpoint);
    const way = await passage?.open(endpoint.host, endpoint.port, profile.timeouts.connect);
    const connection = await logIn(endpoint, { profile, logins, stream: way, secrets: [] });
    return {
      stream: log.listenTo(await connection.openShell(terminal)),
      close() {
        connection.close();
        passage?.leave();
        routes.close();
      },
    };
  } catch (error) {
    routes.close();
    throw error;
  }
}
