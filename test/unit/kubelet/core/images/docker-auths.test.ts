import { describe, expect, it } from '@jest/globals';
import type { Secret } from '../../../../../src/api/schema/config.js';
import { pullSecretEntries } from '../../../../../src/kubelet/core/images/docker-auths.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const secretOf = (type: string, key: string, content: string): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'regcred', namespace: 'default' },
  type,
  data: { [key]: base64(content) },
});
const configJson = (auths: unknown): Secret =>
  secretOf('kubernetes.io/dockerconfigjson', '.dockerconfigjson', JSON.stringify({ auths }));

describe('a pull secret', () => {
  it('of type dockerconfigjson, as kubectl create secret docker-registry makes it', () => {
    const auth = { username: 'u', password: 'p', email: 'u@example.com', auth: base64('u:p') };
    expect(pullSecretEntries(configJson({ 'quay.io': auth }))).toEqual([
      { pattern: 'quay.io', username: 'u', password: 'p' },
    ]);
  });

  it('of type dockercfg has no auths around it', () => {
    const content = JSON.stringify({ 'https://quay.io/v1/': { username: 'u', password: 'p' } });
    expect(pullSecretEntries(secretOf('kubernetes.io/dockercfg', '.dockercfg', content))).toEqual([
      { pattern: 'quay.io', username: 'u', password: 'p' },
    ]);
  });

  it.each([
    [{ auth: base64('u:p:with:colons') }, { username: 'u', password: 'p:with:colons' }],
    [{ auth: base64('user:passw').replace(/=+$/, '') }, { username: 'user', password: 'passw' }],
    [{ auth: base64('u:ü€') }, { username: 'u', password: 'ü€' }],
    [
      { auth: base64('u:p'), username: 'other', password: 'other' },
      { username: 'u', password: 'p' },
    ],
    [{ identitytoken: 't' }, { username: '', password: '', identityToken: 't' }],
  ])('with %j', (auth, expected) => {
    expect(pullSecretEntries(configJson({ 'quay.io': auth }))).toEqual([{ pattern: 'quay.io', ...expected }]);
  });

  it('with places but no logins gives none', () => {
    expect(pullSecretEntries(configJson({ 'quay.io': {} }))).toEqual([]);
    expect(pullSecretEntries(configJson(undefined))).toEqual([]);
  });

  it('of another type, or with the other type’s key, gives none', () => {
    expect(pullSecretEntries(secretOf('Opaque', '.dockerconfigjson', '{"auths":{}}'))).toEqual([]);
    expect(pullSecretEntries(secretOf('kubernetes.io/dockercfg', '.dockerconfigjson', '{"auths":{}}'))).toEqual([]);
  });

  it.each([
    ['{"auths":', 'pull secret "regcred", .dockerconfigjson: not valid JSON'],
    ['[]', 'pull secret "regcred", .dockerconfigjson: not an object'],
    ['{"auths":{"quay.io":"hunter2"}}', 'pull secret "regcred", .dockerconfigjson, "quay.io": not an object'],
    [
      `{"auths":{"quay.io":{"auth":"${base64('hunter2')}"}}}`,
      'pull secret "regcred", .dockerconfigjson, "quay.io": unable to parse auth field, must be formatted as base64(username:password)',
    ],
  ])('that cannot be read says where, and never what: %s', (content, message) => {
    expect(() => pullSecretEntries(secretOf('kubernetes.io/dockerconfigjson', '.dockerconfigjson', content))).toThrow(
      message,
    );
  });
});
