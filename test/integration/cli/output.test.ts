import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, test } from '@jest/globals';

const PODS = 2_000;
const pod = (number: number): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: p-${number}}, spec: {containers: [{name: a, image: b, typo${number}: 1}]}}`;

test('all of the output comes through a pipe, also to a reader that takes its time', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kubelette-output-'));
  try {
    const file = join(directory, 'pods.yaml');
    await writeFile(file, Array.from({ length: PODS }, (_, number) => pod(number)).join('\n---\n'));
    const command = `${process.execPath} dist/cli.cjs validate -f ${file} -o json | (sleep 1; cat)`;
    const env = { ...process.env, NODE_OPTIONS: '' };
    const { stdout: output } = await promisify(execFile)('sh', ['-c', command], { env, maxBuffer: 1 << 30 });
    // More than a pipe holds.
    expect(output.length).toBeGreaterThan(64 * 1_024);
    expect((JSON.parse(output) as { problems: unknown[] }).problems).toHaveLength(PODS);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test.each([['completion bash'], ['version --client -o json'], ['validate --help']])(
  'what a full disk does not take of `%s` is told in one line',
  async (args) => {
    const command = `${process.execPath} dist/cli.cjs ${args} > /dev/full`;
    const run = promisify(execFile)('sh', ['-c', command], { env: { ...process.env, NODE_OPTIONS: '' } });
    await expect(run).rejects.toMatchObject({
      code: 1,
      stderr: 'error: write /dev/stdout: no space left on device\n',
    });
  },
);

test('a full disk that is given nothing is no failure', async () => {
  const command = `${process.execPath} dist/cli.cjs validate -f manifests/claim.yaml > /dev/full`;
  await promisify(execFile)('sh', ['-c', command], { env: { ...process.env, NODE_OPTIONS: '' } });
});
