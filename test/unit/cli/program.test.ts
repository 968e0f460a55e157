import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommandLine } from '../../../src/cli/program.js';
import { FakeClock } from '../../support/fake-clock.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubelette-test-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function kubelette(...args: readonly string[]): Promise<Result> {
  let out = '';
  let err = '';
  const code = await runCommandLine(args, {
    out: { write: (text) => (out += String(text)) },
    err: { write: (text) => (err += String(text)) },
    env: {},
    clock: new FakeClock(),
  });
  return { code, out, err };
}

const file = async (name: string, text: string): Promise<string> => {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
};

const GOOD = `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: app
      image: busybox:1
`;

describe('usage', () => {
  it.each(['nope', '127.0.0.1:99999', '127.0.0.1:80:80'])('is 2 for an agent that listens on %s', async (address) => {
    const { code, err } = await kubelette('agent', '--listen', address);
    expect(code).toBe(2);
    expect(err).toContain('Expected HOST:PORT, for example 127.0.0.1:10350.');
  });

  it('is 2 for an unknown command, with a suggestion', async () => {
    const { code, err } = await kubelette('valdate');
    expect(code).toBe(2);
    expect(err).toContain("unknown command 'valdate'");
    expect(err).toContain('Did you mean validate?');
    expect(err).toContain('kubelette --help');
  });

  it.each([
    [['run']],
    [['run', '-f', 'x.yaml', '--view', 'graph']],
    [['run', '-f', '-', '--watch']],
    [['namespaces']],
    [['gc', '--node-name', 'Not_A_Name']],
    [['version', '--no-such-flag']],
    [['get', 'pods', '--no-such-flag']],
  ])('is 2 for %j', async (args) => {
    const { code, out, err } = await kubelette(...args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/^error: /);
  });

  it.each([[[]], [['--help']], [['help', 'run']], [['run', '--help']]])('prints help for %j', async (args) => {
    const { code, out } = await kubelette(...args);
    expect(code).toBe(0);
    expect(out).toContain('Usage: kubelette');
  });
});

describe('version', () => {
  it('needs no engine for its own', async () => {
    expect((await kubelette('version', '--client')).out).toMatch(/^kubelette \d+\.\d+\.\d+ /);
    const { client } = JSON.parse((await kubelette('version', '--client', '-o=json')).out) as { client: object };
    expect(client).toMatchObject({ node: process.versions.node });
  });

  it('fails with the reason when there is no engine', async () => {
    const { code, out, err } = await kubelette('version', '--docker-host', 'unix:///no/such.sock');
    expect(code).toBe(1);
    expect(out).toMatch(/^kubelette /);
    expect(err).toMatch(/^error: .*\/no\/such\.sock/);
  });
});

describe('validate', () => {
  it('is content with a good file', async () => {
    const { code, out, err } = await kubelette('validate', '-f', await file('web.yaml', GOOD));
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: '0 problems and 0 warnings in 1 file\n' });
  });

  it('prints every problem of every file with its place', async () => {
    const unknown = await file('unknown.yaml', GOOD.replace('image:', 'imagee:'));
    const wrong = await file('wrong.yaml', GOOD.replace('name: web', 'name: Web_'));
    const { code, out, err } = await kubelette('validate', '-f', unknown, wrong);
    expect(code).toBe(1);
    expect(out).toContain(`error: ${unknown}:8:7: spec.containers[0].imagee: `);
    expect(out).toMatch(new RegExp(`error: ${wrong}:4:\\d+: metadata.name: Invalid value: "Web_"`));
    expect(err).toMatch(/^\d problems and 0 warnings in 2 files\n$/);
  });

  it('warns about fields without effect and succeeds', async () => {
    const path = await file('web.yaml', `${GOOD}  nodeSelector:\n    disk: ssd\n`);
    const { code, out } = await kubelette('validate', '-f', path);
    expect(code).toBe(0);
    expect(out).toMatch(/^warning: .*web\.yaml:\d+:\d+: spec\.nodeSelector/);
  });

  it('prints JSON for programs', async () => {
    const path = await file('web.yaml', GOOD.replace('image:', 'imagee:'));
    const { code, out } = await kubelette('validate', '-f', path, '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      files: 1,
      pods: 0,
      problems: expect.arrayContaining([
        expect.objectContaining({ file: path, line: 8, column: 7, path: 'spec.containers[0].imagee' }),
      ]) as unknown,
    });
  });

  it('finds two pods of one name', async () => {
    const one = await file('a.yaml', GOOD);
    const two = await file('b.yaml', GOOD);
    const { code, out } = await kubelette('validate', '-f', directory);
    expect(code).toBe(1);
    expect(out).toContain(`error: ${two}:`);
    expect(out).toContain(`pod default/web is also in ${one}`);
  });

  it('fails for a path that is not there', async () => {
    const { code, err } = await kubelette('validate', '-f', join(directory, 'none.yaml'));
    expect(code).toBe(1);
    expect(err).toMatch(/^error: .*none\.yaml: no such file or folder\n$/);
  });
});
