import { closeTestServer } from './temporal.ts';

/** Root hooks of mocha. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await closeTestServer();
  },
};
