import { connect, type RunbookConnection } from '../../supervisor/index.ts';
import { asEngineError } from './engine-error.ts';

export type Session = RunbookConnection;

/**
 * Opens a way to the server for the time of `work`. `worker: true` only for verbs that change something: a worker that is started
 * goes on with every open run.
 */
export async function withSession<T>(
  options: { readonly worker: boolean },
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await connect({
    ...options,
    onProgress: (text) => {
      process.stderr.write(`${text}\n`);
    },
  });
  try {
    return await work(session);
  } catch (thrown) {
    throw asEngineError(thrown, session.address);
  } finally {
    await session.close().catch(() => undefined);
  }
}
