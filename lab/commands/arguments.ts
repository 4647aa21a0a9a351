/** Options and operands of a command line, split the way getopt does it. */
export interface Arguments {
  readonly flags: ReadonlySet<string>;
  /** Values by option: `-m 600`, `-m600`, `--mode=600`. */
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/** `valued` lists the options that take a value, with their dashes. */
export function splitArguments(args: readonly string[], valued: readonly string[] = []): Arguments {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const operands: string[] = [];
  let onlyOperands = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (onlyOperands || arg === '-' || !arg.startsWith('-')) operands.push(arg);
    else if (arg === '--') onlyOperands = true;
    else if (arg.startsWith('--')) {
      const cut = arg.indexOf('=');
      if (cut > 0) values.set(arg.slice(0, cut), arg.slice(cut + 1));
      else if (valued.includes(arg)) values.set(arg, args[++i] ?? '');
      else flags.add(arg);
    } else {
      for (let at = 1; at < arg.length; at++) {
        const flag = `-${arg[at]}`;
        if (!valued.includes(flag)) flags.add(flag);
        else {
          values.set(flag, arg.slice(at + 1) || (args[++i] ?? ''));
          break;
        }
      }
    }
  }
  return { flags, values, operands };
}
