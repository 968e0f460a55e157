/** Long options without a value, as far as kubectl users write `--flag=true` for them. */
const BOOLEAN_FLAGS = new Set(['--watch', '--all']);

/**
 * kubectl's flag grammar where commander's differs: `-o=yaml` means `-o yaml`, `--watch=true` means `--watch`, and
 * `--watch=false` means that it was not given. What follows `--` is left alone.
 */
export function normalizeArgv(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  const options = end === -1 ? args : args.slice(0, end);
  return [...options.flatMap(normalizeOption), ...args.slice(options.length)];
}

function normalizeOption(arg: string): readonly string[] {
  const short = /^(-[a-zA-Z])=(.*)$/s.exec(arg);
  if (short) return [short[1] ?? '', short[2] ?? ''];
  const flag = /^(--[a-z-]+)=(true|false)$/.exec(arg);
  if (flag && BOOLEAN_FLAGS.has(flag[1] ?? '')) return flag[2] === 'true' ? [flag[1] ?? ''] : [];
  return [arg];
}
