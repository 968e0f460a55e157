import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { useNode } from '../../support/node.js';

const kubelette = useNode();

it('sidecar-volume: the web server serves what the writer writes, as it changes', async () => {
  const pod = await kubelette.node.apply('manifests/sidecar-volume.yaml');
  await pod.ready();
  const page = async (): Promise<number> => Number(/^page (\d+),/.exec(await (await pod.fetch(80)).text())?.[1] ?? 0);

  const first = await eventually('a page', page);
  await eventually('a newer page', async () => (await page()) > first);

  const write = await pod.exec(['touch', '/usr/share/nginx/html/x'], { container: 'web' });
  expect(write.exitCode).not.toBe(0);
  expect(write.stderr).toContain('Read-only file system');
});
