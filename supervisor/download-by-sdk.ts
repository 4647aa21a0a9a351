/**
 * `node download-by-sdk.ts FOLDER`: lets the Temporal SDK download the Temporal CLI into FOLDER. The SDK offers no download alone:
 * it starts a server on what it has fetched, which is ended at once. Exit code 1 and a line on stderr when there is no way to it.
 */
import { Runtime } from '@temporalio/worker';

const folder = process.argv[2] ?? '.';
const runtime = Runtime.instance();
try {
  const server = await runtime.createEphemeralServer({
    type: 'dev-server',
    exe: {
      type: 'cached-download',
      downloadDir: folder,
      version: 'default',
      ttl: 0,
      sdkName: 'sdk-typescript',
      sdkVersion: '1.24.0',
    },
    ip: '127.0.0.1',
    port: null,
    ui: false,
    uiPort: null,
    namespace: 'default',
    dbFilename: null,
    log: { format: 'pretty', level: 'error' },
    extraArgs: [],
  });
  await runtime.shutdownEphemeralServer(server);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
