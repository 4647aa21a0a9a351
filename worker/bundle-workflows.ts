/** Writes the workflow code as one file: `node --import tsx worker/bundle-workflows.ts FILE`. For an image: `worker/workflow-bundle.js`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type BundleOptions } from '@temporalio/worker';

type WebpackConfig = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

const [, , file] = process.argv;
if (file === undefined) throw new TypeError('bundle-workflows needs the file to write');
const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
  webpackConfigHook: withoutOldSyntax,
});
writeFileSync(file, code, { mode: 0o600 });

/**
 * The SDK has our sources compiled for 2017, where `{ ...facts }` is a loop that calls `Object.defineProperty` for each key: a quarter of
 * what a large run computed. Any Node that we run on knows more; from es2022 on fields of classes would mean something else.
 */
function withoutOldSyntax(config: WebpackConfig): WebpackConfig {
  for (const rule of config.module?.rules ?? []) {
    const { use } = rule as { readonly use?: { readonly options?: { readonly jsc?: { target: string } } } };
    if (use?.options?.jsc !== undefined) use.options.jsc.target = 'es2020';
  }
  return config;
}
