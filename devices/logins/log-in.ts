import { RunbookError } from '../../errors/index.ts';
import type { ApplianceProfile } from '../profile.ts';
import type { Endpoint } from '../session.ts';
import { connectSsh, type ConnectOptions, type LoginWatch } from '../transport/ssh.ts';
import type { Connection } from '../transport/transport.ts';
import type { LoginOutcome, Logins } from './logins.ts';

/** Logs in to one host. For its errors see {@link connectSsh}. */
export type Connect = (endpoint: Endpoint, options: ConnectOptions) => Promise<Connection>;

export interface LogInOptions {
  readonly profile: Pick<ApplianceProfile, 'timeouts'>;
  readonly logins: Logins;
  readonly connect?: Connect;
  readonly signal?: AbortSignal;
  /** Through a jump host. */
  readonly stream: NodeJS.ReadWriteStream | undefined;
  /** Receives the password that was used, to be masked. */
  readonly secrets: string[];
  readonly watch?: LoginWatch;
}

/** Logs in to a box or a jump host, when it is the turn of its credential; a refusal freezes it before anybody else's turn. */
export async function logIn(endpoint: Endpoint, options: LogInOptions): Promise<Connection> {
  const { logins, profile, signal, stream, secrets } = options;
  let settle: ((outcome: LoginOutcome) => void) | undefined;
  let isOver = false;
  logins.checkFrozen(endpoint);
  try {
    const connection = await (options.connect ?? connectSsh)(endpoint, {
      connectMs: profile.timeouts.connect,
      loginMs: profile.timeouts.login,
      ...(signal === undefined ? {} : { signal }),
      ...(stream === undefined ? {} : { stream }),
      ...(options.watch === undefined ? {} : { watch: options.watch }),
      password: async () => {
        const turn = await logins.takeTurn(endpoint, 'login', signal);
        // The box may have hung up while this login waited: then the turn belongs to the next one.
        if (isOver) {
          turn('unknown');
          throw new RunbookError('DEVICE_UNREACHABLE', `${endpoint.name}: hung up while the login waited.`);
        }
        settle = turn;
        const text = await endpoint.credential.password();
        secrets.push(text);
        return text;
      },
    });
    settle?.('accepted');
    return connection;
  } catch (error) {
    isOver = true;
    // Frozen before the turn ends: the next one in the line must already see it.
    logins.note(endpoint, error);
    settle?.('unknown');
    throw error;
  }
}
