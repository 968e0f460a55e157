import { expect, it } from '@jest/globals';
import { useNode } from '../../support/node.js';

const kubelette = useNode();

/** The environment of a container, as a process in it has it. */
async function environment(manifest: string): Promise<{ env: Map<string, string>; podIP: string }> {
  const pod = await kubelette.node.apply(manifest);
  const { podIP = '' } = await pod.ready();
  const { stdout } = await pod.exec(['env']);
  const lines = stdout.trim().split('\n');
  return { env: new Map(lines.map((line) => [line.split('=', 1)[0] ?? '', line.replace(/^[^=]*=/, '')])), podIP };
}

it('env: variables are made of values, of each other, and of what the pod is', async () => {
  const { env, podIP } = await environment('manifests/env.yaml');
  expect(podIP).not.toBe('');
  expect(Object.fromEntries(env)).toMatchObject({
    HOST: 'db',
    URL: 'postgres://db:5432/$(DATABASE)',
    DATABASE: 'shop',
    PRICE: '5 $(HOST)',
    POD: 'env',
    ADDRESS: podIP,
    PART_OF: 'shop',
    MILLICORES: '500',
    MEGABYTES: '16',
  });
  // No service of a cluster is there, so no variable speaks of one.
  expect([...env.keys()].filter((name) => name.startsWith('KUBERNETES'))).toEqual([]);
});

it('envfrom-config: ConfigMap, Secret and Pod come from one file', async () => {
  const { env } = await environment('manifests/envfrom-config.yaml');
  expect(Object.fromEntries(env)).toMatchObject({
    GREETING: 'hello',
    colour: 'green',
    LOGIN_user: 'admin',
    LOGIN_password: 'not so secret',
    PASSWORD: 'not so secret',
  });
});
