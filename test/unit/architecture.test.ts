import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

/**
 * The house rules of `src/`, as data. A room is a folder, `kubelet/core` is one of its own, and so are two files at the top;
 * the other files there are the composition root.
 * `type x` allows imports that vanish at run time. Everything that is not said here is forbidden.
 */
interface Room {
  /** Rooms, folders and single files it may import, besides itself. */
  readonly imports: readonly string[];
  readonly because: string;
}

const ROOMS: Readonly<Record<string, Room>> = {
  lib: { imports: [], because: 'it knows neither Kubernetes nor Docker' },
  api: { imports: ['lib'], because: 'what an object is does not depend on who keeps or runs it' },
  store: { imports: ['api', 'lib'], because: 'it keeps objects and does not act on them' },
  runtime: { imports: ['type api', 'type lib'], because: 'a contract is types and interfaces' },
  docker: { imports: ['runtime', 'lib'], because: 'it realises the contract and knows no pods' },
  'data-dir': { imports: ['lib'], because: 'files on disk, whatever is in them' },
  'kubelet/core': {
    imports: ['api', 'type runtime', 'lib/time.ts', 'lib/errors.ts', 'lib/once.ts'],
    because: 'decisions are functions from values to values',
  },
  kubelet: {
    imports: ['kubelet/core', 'store', 'runtime', 'api', 'lib', 'options.ts'],
    because: 'it speaks to any engine through the runtime contract, never to Docker',
  },
  apiserver: {
    imports: [
      'store',
      'api',
      'lib',
      'type data-dir',
      'type runtime',
      'type kubelet/pod-operations.ts',
      'type kubelet/logs/log-store.ts',
    ],
    because: 'it sees objects in the store and, of the node, only what may be done with a pod',
  },
  testing: {
    imports: ['agent.ts', 'options.ts', 'type runtime', 'store', 'api', 'lib'],
    because: 'it is the first user of the agent and has no back door into it',
  },
  cli: {
    imports: ['agent.ts', 'options.ts', 'docker', 'kubelet/static-pods', 'type runtime', 'type store', 'api', 'lib'],
    because: '`run` and `agent` start an agent and feed it; `gc` and `namespaces` look at the engine without one',
  },
  'options.ts': { imports: ['type api', 'lib'], because: 'knobs are values' },
  'composition root': {
    imports: ['docker', 'data-dir', 'kubelet', 'apiserver', 'store', 'type runtime', 'api', 'lib', 'options.ts'],
    because: 'one place builds everything from options: agent.ts and the files beside it',
  },
  'index.ts': { imports: ['testing', 'api', 'lib'], because: 'the public library is re-exports and nothing else' },
};

/** Packages that few rooms may know. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  dockerode: ['docker'],
  // The API server reads bodies that are no objects, and publishes the schemas of those that are.
  zod: ['api', 'apiserver'],
  pino: ['lib'],
  commander: ['cli'],
  selfsigned: ['apiserver'],
};

/** What `kubelet/core` may not even mention: time, chance, waiting and the outside world. `new Date(x)` is arithmetic. */
const IMPURE = [
  'Promise',
  'AbortController',
  'AbortSignal',
  'performance',
  'process',
  'console',
  'fetch',
  'queueMicrotask',
  'setTimeout',
  'setInterval',
  'setImmediate',
];
const LONGEST_FILE = 400;

interface Import {
  readonly from: string;
  /** A file of ours below `src/`, or a package. */
  readonly to: string;
  readonly ours: boolean;
  readonly typeOnly: boolean;
}

const SOURCE = join(import.meta.dirname, '../../src');
const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort();
const parsed = new Map(
  files.map((name) => [
    name,
    ts.createSourceFile(name, readFileSync(join(SOURCE, name), 'utf8'), ts.ScriptTarget.Latest, true),
  ]),
);
const imports = files.flatMap(importsOf);

function importsOf(name: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    const ours = specifier.text.startsWith('.');
    const to = ours ? posix.join(posix.dirname(name), specifier.text).replace(/\.js$/, '.ts') : specifier.text;
    found.push({ from: name, to, ours, typeOnly });
  };
  walk(source(name), (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
  });
  return found;
}

/** `import type { X }`, and `import { type X }` as well. */
function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = clause;
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  );
}

function source(name: string): ts.SourceFile {
  const file = parsed.get(name);
  if (file === undefined) throw new Error(`src/${name} does not exist`);
  return file;
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

function roomOf(name: string): string {
  const [first = '', second] = name.split('/');
  if (second === undefined) return first in ROOMS ? first : 'composition root';
  return first === 'kubelet' && second === 'core' ? 'kubelet/core' : first;
}

function isAllowed({ from, to, typeOnly }: Import): boolean {
  const allowed = ROOMS[roomOf(from)]?.imports ?? [];
  // The room, the folders in it, the file.
  const room = roomOf(to);
  const folders = to.split('/').map((_part, index, parts) => parts.slice(0, index + 1).join('/'));
  return [room, ...folders.filter((name) => name === to || name.startsWith(room))].some(
    (name) => allowed.includes(name) || (typeOnly && allowed.includes(`type ${name}`)),
  );
}

/** The first way from a file back to itself, for each group of files that import one another. */
function cycles(): string[] {
  const next = new Map(files.map((name) => [name, [] as string[]]));
  for (const { from, ours, to } of imports) if (ours) next.get(from)?.push(to);
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const start = path.indexOf(name);
    if (start !== -1) found.push([...path.slice(start), name].join(' → '));
    if (start !== -1 || done.has(name)) return;
    for (const to of next.get(name) ?? []) visit(to, [...path, name]);
    done.add(name);
  };
  for (const name of files) visit(name, []);
  return found;
}

function impurities(name: string): string[] {
  const found: string[] = [];
  walk(source(name), (node) => {
    const line = (): string => `${name}:${source(name).getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    const text = node.getText();
    if (ts.isIdentifier(node) && IMPURE.includes(node.text)) found.push(`${line()} ${node.text}`);
    if (ts.isPropertyAccessExpression(node) && ['Date.now', 'Math.random'].includes(text))
      found.push(`${line()} ${text}`);
    if (ts.isNewExpression(node) && text.startsWith('new Date') && (node.arguments ?? []).length === 0)
      found.push(`${line()} ${text}`);
    if (ts.isAwaitExpression(node) || node.kind === ts.SyntaxKind.AsyncKeyword) found.push(`${line()} ${text}`);
  });
  return found;
}

describe('src', () => {
  it('has the rooms that are described here and no others', () => {
    expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(ROOMS).sort());
  });

  it.each(Object.entries(ROOMS).map(([room, { because, imports: allowed }]) => ({ room, because, allowed })))(
    '$room imports $allowed: $because',
    ({ room }) => {
      const forbidden = imports
        .filter((edge) => edge.ours && roomOf(edge.from) === room && roomOf(edge.to) !== room && !isAllowed(edge))
        .map(({ from, to, typeOnly }) => `${from} imports ${typeOnly ? 'type ' : ''}${to}`);
      expect(forbidden).toEqual([]);
    },
  );

  it.each(Object.entries(PACKAGES))('knows the package %s in %j only', (name, rooms) => {
    const users = imports.filter(({ ours, to }) => !ours && (to === name || to.startsWith(`${name}/`)));
    expect(users.filter(({ from }) => !rooms.includes(roomOf(from)))).toEqual([]);
  });

  it('keeps kubelet/core free of packages, node: modules, clocks, timers and promises', () => {
    const core = files.filter((name) => roomOf(name) === 'kubelet/core');
    expect(imports.filter(({ from, ours }) => !ours && roomOf(from) === 'kubelet/core')).toEqual([]);
    expect(core.flatMap(impurities)).toEqual([]);
  });

  it('has contracts only in runtime: nothing of it exists at run time', () => {
    const isCode = (node: ts.Node): boolean =>
      !(ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isImportDeclaration(node));
    const code = files.filter((name) => roomOf(name) === 'runtime' && source(name).statements.some(isCode));
    expect(code).toEqual([]);
  });

  it('has no import cycles, not even of types', () => {
    expect(cycles()).toEqual([]);
  });

  it('imports its own files by names that exist', () => {
    expect(imports.filter(({ ours, to }) => ours && !parsed.has(to))).toEqual([]);
  });

  it(`has no file over ${LONGEST_FILE} lines that somebody wrote`, () => {
    const isGenerated = (name: string): boolean => source(name).text.slice(0, 100).includes('* Generated by ');
    const lines = (name: string): number => source(name).getLineStarts().length - 1;
    expect(files.filter((name) => lines(name) > LONGEST_FILE && !isGenerated(name))).toEqual([]);
  });

  it('has no default exports', () => {
    const isDefault = (node: ts.Node): boolean =>
      ts.isExportAssignment(node) ||
      (ts.canHaveModifiers(node) &&
        (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword));
    expect(files.filter((name) => source(name).statements.some(isDefault))).toEqual([]);
  });
});
