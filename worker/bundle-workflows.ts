import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type BundleOptions } from '@temporalio/worker';

type WebpackConfig = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

/** The workflow code as one file. */
export async function bundleWorkflows(): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
    webpackConfigHook: withoutOldSyntax,
  });
  return code;
}

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
