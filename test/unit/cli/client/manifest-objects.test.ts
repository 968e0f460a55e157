import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { apply } from '../../../../src/cli/client/apply.js';
import { deleteObjects } from '../../../../src/cli/client/delete.js';
import { describe as describeObjects } from '../../../../src/cli/client/describe.js';
import { get } from '../../../../src/cli/client/get.js';
import type { Session } from '../../../../src/cli/client/session.js';
import { wait } from '../../../../src/cli/client/wait.js';
import { errorMessage } from '../../../../src/lib/errors.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubelette-test-'));
});
afterEach(async () => rm(directory, { recursive: true, force: true }));

const CONFIG_MAPS = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  namespaced: true,
};

/** Runs a command about the file, against a server that must not be asked. @returns what went wrong */
async function problems(text: string, command: (session: Session, flags: object) => Promise<void>): Promise<string> {
  const filename = join(directory, 'file');
  await writeFile(filename, text);
  const told: string[] = [];
  const report = (error: unknown): void => void told.push(errorMessage(error));
  const asked = (): never => {
    throw new Error('the server was asked');
  };
  const session = {
    client: { json: asked, text: asked, stream: asked },
    discovery: { ofKind: async () => CONFIG_MAPS },
    namespace: 'default',
    signal: new AbortController().signal,
    terminal: { out: { write: asked }, err: { write: asked } },
    report,
  } as unknown as Session;
  await command(session, { filename: [filename], timeout: '1s', wait: true, headers: true, for: 'delete' }).catch(
    report,
  );
  return told.join('\n').replaceAll(filename, 'FILE');
}

const COMMANDS: readonly (readonly [string, (session: Session, flags: never) => Promise<void>])[] = [
  ['apply', apply],
  ['delete', (session, flags) => deleteObjects(session, [], flags)],
  ['describe', (session, flags) => describeObjects(session, [], flags)],
  ['get', (session, flags) => get(session, [], flags)],
  ['wait', (session, flags) => wait(session, [], flags)],
];

describe('an object without a name', () => {
  describe.each(COMMANDS)('is refused by %s', (_name, command) => {
    it.each(['metadata: {}', 'metadata: {name: ""}', ''])('written as `%s`', async (metadata) => {
      const text = `apiVersion: v1\nkind: ConfigMap\n${metadata}\n`;
      expect(await problems(text, command as never)).toBe('resource name may not be empty');
    });
  });

  it('is refused by apply with a name that is to be made', async () => {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: g-}\n';
    expect(await problems(text, apply as never)).toBe('from g-: cannot use generate name with apply');
  });
});

it('every problem of a text is told, with its place and the field', async () => {
  const text = `apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  name: b
data: {x: "1", x: "2"}
`;
  expect(await problems(text, apply as never)).toBe(
    [
      'error parsing FILE:5:3: metadata.name: duplicate field',
      'error parsing FILE:6:16: data[x]: duplicate field',
    ].join('\n'),
  );
});
