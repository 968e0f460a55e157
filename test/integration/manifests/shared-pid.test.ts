import { expect, it } from '@jest/globals';
import { findLine, useNode } from '../../support/node.js';

const kubelette = useNode();

it('shared-pid: containers see each other’s processes under one pause process', async () => {
  const pod = await kubelette.node.apply('manifests/shared-pid.yaml');
  await pod.ready();
  await findLine(pod.logs({ container: 'observer', follow: true }), /sleep 1000000/);

  const pidNamespace = async (container: string): Promise<string> =>
    (await pod.exec(['readlink', '/proc/self/ns/pid'], { container })).stdout;
  expect(await pidNamespace('app')).toBe(await pidNamespace('observer'));

  const first = await pod.exec(['cat', '/proc/1/comm'], { container: 'app' });
  expect(first.stdout.trim()).toBe('pause');
  const killed = await pod.exec(['sh', '-c', 'kill $(pidof sleep | tr " " "\\n" | tail -1)'], {
    container: 'observer',
  });
  expect(killed).toMatchObject({ exitCode: 0, stderr: '' });
});
