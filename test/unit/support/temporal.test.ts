import assert from 'node:assert/strict';

import { searchAttributes } from '../../../workflows/contract.ts';
import { testServer, workflowBundle } from '../../support/temporal.ts';

describe('the Temporal server of the tests', () => {
  it('knows our search attributes', async () => {
    const server = await testServer();

    const known = await server.client.connection.operatorService.listSearchAttributes({
      namespace: server.namespace,
    });

    for (const name of Object.keys(searchAttributes))
      assert.ok(Object.hasOwn(known.customAttributes, name), name);
  });

  it('is one for all who ask', async () => {
    assert.equal(await testServer(), await testServer());
    assert.equal(workflowBundle(), workflowBundle());
    await workflowBundle();
  });
});
