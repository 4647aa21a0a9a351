import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { RunbookError } from '../../../errors/index.ts';
import { connect, externalServer } from '../../../supervisor/index.ts';

describe('externalServer', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'runbook-external-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const config = (text: string): NodeJS.ProcessEnv => {
    const file = path.join(folder, 'temporal.toml');
    writeFileSync(file, text);
    return { TEMPORAL_CONFIG_FILE: file };
  };

  it('is none where nobody names one', async () => {
    assert.equal(await externalServer({ XDG_CONFIG_HOME: folder }), undefined);
    assert.equal(await externalServer(config('[profile.default]\nnamespace = "x"\n')), undefined);
  });

  it('is the one of TEMPORAL_ADDRESS, in the namespace runbooks unless said otherwise', async () => {
    const env = { TEMPORAL_ADDRESS: 'temporal.example:7233', XDG_CONFIG_HOME: folder };

    const server = await externalServer(env);
    assert.equal(server?.address, 'temporal.example:7233');
    assert.equal(server.namespace, 'runbooks');
    assert.equal(server.connectionOptions.tls, undefined);
    assert.equal(
      (await externalServer({ ...env, TEMPORAL_CONFIG_FILE: os.devNull }))?.address,
      server.address,
    );
    assert.equal((await externalServer({ ...env, TEMPORAL_NAMESPACE: 'ops' }))?.namespace, 'ops');
  });

  it('is the one of a profile, whose API key turns TLS on', async () => {
    const env = config(
      '[profile.default]\naddress = "cloud.example:7233"\nnamespace = "ops"\napi_key = "k"\n',
    );

    const server = await externalServer({ ...env, RUNBOOK_UI_URL: 'https://ui.example' });

    assert.equal(server?.address, 'cloud.example:7233');
    assert.equal(server.uiUrl, 'https://ui.example');
    assert.equal(server.connectionOptions.apiKey, 'k');
    assert.ok(server.connectionOptions.tls);
  });

  it('is a fault of the input when its settings cannot be read', async () => {
    await assert.rejects(externalServer(config('[profile.default\n')), { code: 'INPUT_INVALID' });
    const env = {
      TEMPORAL_ADDRESS: 'a:1',
      TEMPORAL_TLS_CLIENT_CERT_PATH: path.join(folder, 'none.pem'),
      TEMPORAL_TLS_CLIENT_KEY_PATH: 'x',
    };
    await assert.rejects(externalServer({ ...env, XDG_CONFIG_HOME: folder }), { code: 'INPUT_INVALID' });
  });

  it('is named by connect when it does not answer', async () => {
    await assert.rejects(
      connect({ worker: false, env: { TEMPORAL_ADDRESS: '127.0.0.1:1', XDG_CONFIG_HOME: folder } }),
      (error: unknown) => {
        assert.ok(error instanceof RunbookError);
        assert.equal(error.code, 'ENGINE_NO_SERVER');
        assert.match(error.message, /127\.0\.0\.1:1 does not answer/);
        return true;
      },
    );
  }).timeout(30_000);
});
