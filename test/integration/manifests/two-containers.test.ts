import { expect, it } from '@jest/globals';
import { findLine, useNode } from '../../support/node.js';

const kubelette = useNode();

it('two-containers: the client reaches a server that listens on localhost only', async () => {
  const pod = await kubelette.node.apply('manifests/two-containers.yaml');
  await pod.ready();
  await findLine(pod.logs({ container: 'client', follow: true }), /^hello over localhost$/);

  const [server, client] = await Promise.all(
    ['server', 'client'].map(async (container) => {
      const { stdout, stderr } = await pod.exec(['sh', '-c', 'for ns in /proc/self/ns/*; do readlink $ns; done'], {
        container,
      });
      expect(stderr).toBe('');
      return new Map(
        stdout
          .trim()
          .split('\n')
          .map((link) => [link.split(':')[0], link]),
      );
    }),
  );
  expect(client?.get('net')).toMatch(/^net:\[\d+\]$/);
  expect(client?.get('net')).toBe(server?.get('net'));
  expect(client?.get('ipc')).toBe(server?.get('ipc'));
  expect(client?.get('pid')).not.toBe(server?.get('pid'));
  expect(client?.get('mnt')).not.toBe(server?.get('mnt'));
});
