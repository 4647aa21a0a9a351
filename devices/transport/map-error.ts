import { RunbookError, type ErrorContext } from '../../errors/index.ts';
import type { Endpoint } from '../session.ts';
import type { LoginProgress } from './authenticate.ts';

interface SshFault extends Error {
  /** The only word that the library has for the kind of a fault. */
  level?: string;
  code?: string | number;
}

/** An error of the SSH library before the login was complete, as ours. Never decides on message text. */
export function mapLoginError(endpoint: Endpoint, error: SshFault, progress: LoginProgress): RunbookError {
  if (progress.reason !== undefined) return progress.reason;
  const address = `${endpoint.host}:${endpoint.port}`;
  const context: ErrorContext = { device: endpoint.name, address };
  const where = `${endpoint.name} (${address})`;
  if (progress.passwordSent) {
    // A box that hangs up on a wrong password must not get it a second time. When it only hung up without a word, the
    // password may be right: then it is not used again on this box alone.
    const said = error.level === 'client-authentication' || typeof error.code === 'number';
    return new RunbookError(
      'DEVICE_AUTH_FAILED',
      said
        ? `${where}: the password for user ${endpoint.credential.username} was refused; no further login was tried.`
        : `${where}: the connection ended right after the password for user ${endpoint.credential.username} was sent (${error.message}); no further login was tried.`,
      { ...context, credential: endpoint.credential.id, freeze: said ? 'credential' : 'box' },
      { cause: error },
    );
  }
  if (error.level === 'client-authentication') {
    return new RunbookError(
      'DEVICE_SSH_PROTOCOL',
      `${where}: ended the login before the password was sent.`,
      context,
      { cause: error },
    );
  }
  if (
    error.level === 'handshake' ||
    (error.level === 'protocol' && error.message !== 'Connection lost before handshake')
  ) {
    return new RunbookError(
      'DEVICE_SSH_PROTOCOL',
      `${where}: SSH cannot be agreed on: ${error.message}.`,
      context,
      { cause: error },
    );
  }
  return new RunbookError('DEVICE_UNREACHABLE', `${where}: no connection: ${error.message}.`, context, {
    cause: error,
  });
}

/** An error of the SSH library after the login. */
export function mapSessionError(endpoint: Endpoint, error?: Error): RunbookError {
  const why = error === undefined ? '' : ` (${error.message})`;
  return new RunbookError(
    'SESSION_LOST',
    `${endpoint.name}: the SSH connection ended${why}.`,
    { device: endpoint.name, address: `${endpoint.host}:${endpoint.port}` },
    error === undefined ? undefined : { cause: error },
  );
}
