import { expect, it } from '@jest/globals';
import type { Secret } from '../../../../src/api/schema/config.js';
import { pullCredentials } from '../../../../src/kubelet/images/pull-credentials.js';
import type { UserCredentials } from '../../../../src/kubelet/images/user-credentials.js';
import { aPod } from '../../../support/builders.js';

const { signal } = new AbortController();
const user = {
  find: async () => [{ username: 'user', password: '', server: 'quay.io' }],
} as unknown as UserCredentials;

const secret = (name: string, auths: object): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  type: 'kubernetes.io/dockerconfigjson',
  data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
});

it('tries the pod’s pull secrets before the user’s logins, and names those that are missing', async () => {
  const secrets: Readonly<Record<string, Secret>> = {
    'team/a': secret('a', { 'quay.io': { username: 'a', password: '' } }),
    'team/b': secret('b', { 'quay.io/x': { username: 'b', password: '' }, 'ghcr.io': { username: 'c', password: '' } }),
  };
  const find = pullCredentials((namespace) => ({ secret: (name) => secrets[`${namespace}/${name}`] }), user);
  const pod = aPod(
    { imagePullSecrets: [{ name: 'a' }, { name: 'gone' }, {}, { name: 'b' }] },
    { metadata: { name: 'p', namespace: 'team' } },
  );
  const { auths, missing } = await find(pod, 'quay.io/x/y:1', signal);
  // Of the secrets, the one with the longest path first.
  expect(auths.map(({ username }) => username)).toEqual(['b', 'a', 'user']);
  expect(missing).toEqual(['gone']);
});
