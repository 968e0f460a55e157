import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { findLine, readLines, useNode } from '../../support/node.js';

const kubelette = useNode();

it('sidecar: it serves before the app starts, is restarted by itself, and outlives the app', async () => {
  const pod = await kubelette.node.apply('manifests/sidecar.yaml');
  await pod.ready();
  expect(await findLine(pod.logs({ container: 'app', follow: true }), /app:/)).toBe('app: the configuration');

  // It ends its own container, which may take it along: how it ended itself is not known then.
  const killed = pod.exec(['killall', 'httpd'], { container: 'proxy' });
  await killed.catch((error: unknown) => expect(error).toMatchObject({ code: 'Unavailable' }));
  await eventually('the sidecar runs again', () => pod.status().initContainerStatuses?.[0]?.restartCount === 1);
  await pod.ready();
  expect(pod.status().containerStatuses?.[0]?.restartCount).toBe(0);

  const logs = ['app', 'proxy'].map(async (container) => readLines(pod.logs({ container, follow: true })));
  // As much grace as it takes: what is told at the end is told by programs that end well.
  await pod.delete({ graceSeconds: 60 });
  const [app, proxy] = await Promise.all(logs);
  expect(app).toContain('app: the proxy is still there');
  expect(proxy).toContain('proxy: last to go');
});
