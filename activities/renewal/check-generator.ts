import { shellQuote } from '../../devices/index.ts';
import { beating, onBox, type Action } from '../action.ts';
import { findKeepAlive, generateProfile } from './generator.ts';

/** Is generate_certs.pl there (the hotfix of the train is installed), and can it be kept alive without a session? */
export const checkGenerator: Action = async (input, deps) =>
  await beating(async () => {
    const facts = await onBox(deps, input, input.target, async (shell) => {
      const path = generateProfile(shell).command.split(/\s+/)[0] ?? '';
      const present = (await shell.run(`test -x ${shellQuote(path)}`, { anyStatus: true })).status === 0;
      const way = await findKeepAlive(shell);
      const keepAlive = way?.id ?? '';
      const text = `${path} ${present ? 'is there' : 'is missing'}; ${keepAlive === '' ? 'no way to keep it alive without a session' : `kept alive by ${keepAlive}`}`;
      return { present, keepAlive, path, text };
    });
    return { facts, note: facts.text };
  });
