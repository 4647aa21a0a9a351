import type { CommandName } from 'just-bash';

/** Commands taken from the shell library as they are. The rest are ours, or do not exist on the appliances. */
export const builtinNames: CommandName[] = [
  'awk', 'base64', 'basename', 'cat', 'clear', 'column', 'comm', 'cut', 'diff', 'dirname', 'du', 'echo', 'egrep', 'env', 'expand', 'expr',
  'false', 'fgrep', 'file', 'find', 'fold', 'grep', 'gunzip', 'gzip', 'head', 'join', 'md5sum', 'nl', 'od', 'paste', 'printenv', 'printf', 'pwd',
  'rev', 'rm', 'rmdir', 'sed', 'seq', 'sha1sum', 'sha256sum', 'sort', 'split', 'strings', 'tac', 'tail', 'tar', 'tee', 'time', 'timeout', 'tr',
  'true', 'uniq', 'wc', 'which', 'xargs', 'zcat', 'chmod', 'ln', 'readlink',
];
