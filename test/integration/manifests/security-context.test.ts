import { expect, it } from '@jest/globals';
import { useNode } from '../../support/node.js';
import { processFacts } from '../../support/process-facts.js';

const kubelette = useNode();
/** CAP_NET_BIND_SERVICE and no other. */
const ONE_CAPABILITY = '0000000000000400';

it('security-context: the process has the user, the groups and the rights it was given, and no others', async () => {
  const pod = await kubelette.node.apply('manifests/security-context.yaml');
  await pod.ready();
  const { status } = await processFacts(pod, 'app');
  expect(status).toMatchObject({ NoNewPrivs: '1', Seccomp: '2', CapBnd: ONE_CAPABILITY });
  expect(status['Uid']).toMatch(/^1000\s/);
  expect(status['Gid']).toMatch(/^3000\s/);
  expect(status['Groups']?.split(' ')).toContain('4000');
  // Added capabilities raise the bounding set; a process of a user has none in effect, as in Kubernetes.
  expect(status['CapEff']).toBe('0000000000000000');

  expect(await pod.exec(['touch', '/tmp/mine'])).toMatchObject({ exitCode: 0 });
  const refused = await pod.exec(['touch', '/etc/theirs']);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('Read-only file system');
});
