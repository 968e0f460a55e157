import type { Command, Option } from 'commander';

/** A word that may be meant, and what it is. */
export interface Candidate {
  readonly word: string;
  readonly about?: string;
}

/** What may stand where the cursor is. */
export type Wanted =
  | { readonly kind: 'words'; readonly words: readonly Candidate[] }
  | { readonly kind: 'files' | 'types' | 'namespaces' | 'contexts' | 'copies' | 'nothing' }
  /** The type as typed. */
  | { readonly kind: 'names'; readonly type: string }
  | { readonly kind: 'containers'; readonly pod: string };

/** Where to look, as far as the flags before the cursor say it. */
export type Place = Readonly<Partial<Record<'namespace' | 'kubeconfig' | 'context', string>>>;

const FORMATS: Readonly<Record<string, readonly string[]>> = {
  'api-resources': ['wide', 'name'],
  apply: ['json', 'yaml', 'name'],
  create: ['json', 'yaml', 'name'],
  delete: ['name'],
  events: ['json', 'yaml', 'name'],
  get: ['wide', 'json', 'yaml', 'name'],
};

/** Values of flags, whichever command they belong to. */
const VALUES: Readonly<Record<string, Wanted>> = {
  namespace: { kind: 'namespaces' },
  context: { kind: 'contexts' },
  kubeconfig: { kind: 'files' },
  filename: { kind: 'files' },
  dataDir: { kind: 'files' },
  manifestDir: { kind: 'files' },
  dryRun: words('none', 'client', 'server'),
  validate: words('strict', 'warn', 'ignore'),
  cascade: words('background', 'foreground', 'orphan'),
  sortBy: words('cpu', 'memory'),
  types: words('Normal', 'Warning'),
  for: words('condition=Ready', 'delete', 'create', 'jsonpath='),
};

/** Commands whose arguments are types, then names of that type. */
const BY_TYPE = ['get', 'describe', 'delete', 'wait'];
/** Commands whose first argument is a pod. */
const OF_PODS = ['logs', 'exec', 'attach', 'port-forward', 'namespaces'];
/** Commands that understand `pod/web`. */
const TAKES_TYPE = [...BY_TYPE, ...OF_PODS];
const GLOBAL = ['-n', '--namespace', '--kubeconfig', '--context', '--request-timeout'];

/** What stands at the cursor. */
export interface AtCursor {
  readonly wanted: Wanted;
  /** Of every word that is meant: what was typed of it already and is not looked for, such as `pod/` or `--output=`. */
  readonly prefix: string;
  readonly place: Place;
}

/**
 * What the last of the words may become.
 * @param typed everything after the program's name; the last one is where the cursor is, and may be empty
 */
export function wantedAt(program: Command, typed: readonly string[]): AtCursor {
  const current = typed.at(-1) ?? '';
  const { command, rest } = findCommand(program, typed.slice(0, -1));
  // Before the command only flags stand that all client commands have; `get` is one of these.
  const known = command ?? program.commands.find((one) => one.name() === 'get') ?? program;
  const { ended, open, operands, place } = readWords(known, rest);
  const answer = (wanted: Wanted, prefix = ''): AtCursor => ({ wanted, prefix, place });
  // Everything after `--` is the container's.
  if (ended) return answer({ kind: 'nothing' });
  if (open !== undefined) return answer(valueOf(known, open, operands));
  const [, flag] = /^(--[a-z-]+)=/.exec(current) ?? [];
  if (flag !== undefined) {
    const option = known.options.find(({ long }) => long === flag);
    return option === undefined ? answer({ kind: 'nothing' }) : answer(valueOf(known, option, operands), `${flag}=`);
  }
  if (current.startsWith('-')) return answer(flagsOf(command ?? program, current));
  if (command === undefined) return answer(operands.length === 0 ? commandsOf(program) : { kind: 'nothing' });
  const [prefix = ''] = TAKES_TYPE.includes(command.name()) ? (/^[^/]+\//.exec(current) ?? []) : [];
  return answer(argumentOf(command, operands, prefix), prefix);
}

/** Flags that go with every client command may stand before the command. */
function findCommand(program: Command, before: readonly string[]) {
  let at = 0;
  while (at < before.length) {
    const word = before[at] ?? '';
    if (GLOBAL.includes(word)) at += 2;
    else if (word.startsWith('-')) at += 1;
    else break;
  }
  const name = before[at];
  const command = program.commands.find((one) => one.name() === name);
  if (command === undefined) return { command, rest: before };
  return { command, rest: [...before.slice(0, at), ...before.slice(at + 1)] };
}

/** @returns `open`: the flag that still wants its value */
function readWords(command: Command, before: readonly string[]) {
  const operands: string[] = [];
  const place: Record<string, string> = {};
  let open: Option | undefined;
  for (const word of before) {
    if (open !== undefined) {
      place[open.attributeName()] = word;
      open = undefined;
      continue;
    }
    if (word === '--') return { operands, place, open, ended: true };
    const [name = '', value] = word.split(/=(.*)/s);
    const option = command.options.find(({ long, short }) => name === long || name === short);
    if (option !== undefined && value !== undefined) place[option.attributeName()] = value;
    else if (option?.required === true) open = option;
    else if (!word.startsWith('-')) operands.push(word);
  }
  return { operands, place, open, ended: false };
}

function valueOf(command: Command, option: Option, operands: readonly string[]): Wanted {
  if (option.argChoices !== undefined) return words(...option.argChoices);
  const name = option.attributeName();
  if (name === 'output') return words(...(FORMATS[command.name()] ?? ['json', 'yaml']));
  if (name === 'container') return { kind: 'containers', pod: podOf(operands[0] ?? '') };
  return VALUES[name] ?? { kind: 'nothing' };
}

function flagsOf(command: Command, current: string): Wanted {
  const shown = command.options.filter(({ hidden }) => !hidden);
  const help = { word: '--help', about: 'show what the command does' };
  const long = shown.flatMap(({ description, long: name }) =>
    name === undefined ? [] : [{ word: name, about: description }],
  );
  const short = shown.flatMap(({ description, short: name }) =>
    name === undefined || current !== '-' ? [] : [{ word: name, about: description }],
  );
  return { kind: 'words', words: [...long, ...short, help] };
}

const commandsOf = (program: Command): Wanted => ({
  kind: 'words',
  words: program.commands.map((command) => ({ word: command.name(), about: command.description() })),
});

/** @param prefix the type, where the word at the cursor has one */
function argumentOf(command: Command, operands: readonly string[], prefix: string): Wanted {
  const name = command.name();
  const choices = command.registeredArguments[operands.length]?.argChoices;
  if (choices !== undefined) return words(...choices);
  const [first] = operands;
  if (name === 'explain') return { kind: first === undefined ? 'types' : 'nothing' };
  if (name === 'top') return { kind: 'names', type: first ?? '' };
  if (name === 'cp') return { kind: 'copies' };
  if (BY_TYPE.includes(name)) {
    if (prefix !== '') return { kind: 'names', type: prefix.slice(0, -1) };
    return first === undefined || first.includes('/') ? { kind: 'types' } : { kind: 'names', type: first };
  }
  if (name === 'logs' && operands.length === 1) return { kind: 'containers', pod: podOf(first ?? '') };
  return OF_PODS.includes(name) && first === undefined ? { kind: 'names', type: 'pods' } : { kind: 'nothing' };
}

const podOf = (argument: string): string => argument.replace(/^(?:pods?|po)\//, '');

function words(...list: readonly string[]): Wanted & { readonly kind: 'words' } {
  return { kind: 'words', words: list.map((word) => ({ word })) };
}
