/** Long options without a value, as far as kubectl users write `--flag=true` for them. */
const BOOLEAN_FLAGS = new Set([
  '--all',
  '--all-containers',
  '--all-namespaces',
  '--containers',
  '--follow',
  '--force',
  '--force-conflicts',
  '--ignore-errors',
  '--ignore-not-found',
  '--now',
  '--output-watch-events',
  '--prefix',
  '--previous',
  '--quiet',
  '--recursive',
  '--server-side',
  '--show-labels',
  '--show-managed-fields',
  '--stdin',
  '--timestamps',
  '--sum',
  '--tty',
  '--watch',
  '--watch-only',
]);
/** Of these the opposite has a name, and one of the two is the default. */
const OPPOSITES: Readonly<Record<string, { readonly true: readonly string[]; readonly false: readonly string[] }>> = {
  '--wait': { true: [], false: ['--no-wait'] },
  '--show-events': { true: [], false: ['--no-show-events'] },
  '--no-headers': { true: ['--no-headers'], false: [] },
};
/** Flags of every client command that kubectl also takes before the command. */
const GLOBAL_FLAGS = new Set(['-n', '--namespace', '--kubeconfig', '--context', '--request-timeout']);

/**
 * kubectl's flag grammar where commander's differs: `-o=yaml` means `-o yaml`, `--watch=true` means `--watch`,
 * `--watch=false` means that it was not given, and `-n ns get pods` is `get -n ns pods`. What follows `--` is left alone.
 */
export function normalizeArgv(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  const options = end === -1 ? args : args.slice(0, end);
  return [...commandFirst(options.flatMap(normalizeOption)), ...args.slice(options.length)];
}

function normalizeOption(arg: string): readonly string[] {
  const short = /^(-[a-zA-Z])=(.*)$/s.exec(arg);
  if (short) return [short[1] ?? '', short[2] ?? ''];
  const [, flag = '', value] = /^(--[a-z-]+)=(true|false)$/.exec(arg) ?? [];
  if (value === undefined) return [arg];
  const opposite = OPPOSITES[flag];
  if (opposite !== undefined) return value === 'true' ? opposite.true : opposite.false;
  if (BOOLEAN_FLAGS.has(flag)) return value === 'true' ? [flag] : [];
  return [arg];
}

function commandFirst(args: readonly string[]): readonly string[] {
  let start = 0;
  for (let arg = args[start]; arg !== undefined; arg = args[start]) {
    const [name = ''] = arg.split('=');
    if (GLOBAL_FLAGS.has(name)) start += arg.includes('=') ? 1 : 2;
    else if (/^-n./.test(arg)) start += 1;
    else break;
  }
  const [command, ...rest] = args.slice(start);
  return command === undefined ? args : [command, ...args.slice(0, start), ...rest];
}
