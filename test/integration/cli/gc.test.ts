import { expect, it } from '@jest/globals';
import { runCli } from '../../support/cli.js';
import { leftovers } from '../../support/leftovers.js';
import { useNode } from '../../support/node.js';

const kubelette = useNode();

it('removes what one node has on the engine, and nothing of another', async () => {
  const node = kubelette.node.nodeName;
  await (await kubelette.node.apply('manifests/shared-pid.yaml')).ready();

  const other = await runCli(['gc', '--node-name', `${node}-other`]);
  expect(other).toMatchObject({ exitCode: 0, stdout: expect.not.stringContaining('container') as unknown });
  expect(await leftovers(node)).toEqual(['shared-pid/POD', 'shared-pid/app', 'shared-pid/observer']);

  const { exitCode, stdout } = await runCli(['gc', '--node-name', node, '-o', 'json']);
  expect(exitCode).toBe(0);
  const { removed } = JSON.parse(stdout) as { removed: { kind: string; pod?: string; container?: string }[] };
  const names = removed
    .filter(({ kind }) => kind === 'container')
    .map(({ pod, container }) => `${pod ?? ''} ${container ?? ''}`);
  // The node is alive and may have made them again by now, so only what gc says is looked at.
  expect(names.sort()).toEqual(
    expect.arrayContaining(['default/shared-pid POD', 'default/shared-pid app', 'default/shared-pid observer']),
  );
});

it('tells the version of the engine that all of this is about', async () => {
  const { exitCode, stdout } = await runCli(['version', '-o', 'json']);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ engine: { version: kubelette.node.engine.version } });
});
