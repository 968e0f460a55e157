import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { JwtSigner } from '../../../../src/apiserver/auth/jwt.js';
import { createTokenReviewer } from '../../../../src/apiserver/auth/review-token.js';
import { ISSUER, ServiceAccountTokens } from '../../../../src/apiserver/auth/service-account-tokens.js';
import { loadTokenSigner } from '../../../../src/apiserver/auth/signing-key.js';
import { tokenRequestRoutes } from '../../../../src/apiserver/auth/token-request.js';
import type { ApiRequest } from '../../../../src/apiserver/http/types.js';
import { MemoryStore } from '../../../../src/store/memory-store.js';
import { aPod } from '../../../support/builders.js';
import { FakeClock } from '../../../support/fake-clock.js';

const signer = new JwtSigner(JwtSigner.newKey());
const PATH = '/api/v1/namespaces/:namespace/serviceaccounts/:name/token';

let clock: FakeClock;
let store: MemoryStore;
let tokens: ServiceAccountTokens;
beforeEach(() => {
  clock = new FakeClock(Date.parse('2026-01-01T00:00:00Z'));
  store = new MemoryStore({ clock, historyLimit: 100, revision: 0, objects: [] });
  tokens = new ServiceAccountTokens(store, clock, signer);
  for (const name of ['default', 'robot'])
    store.create({
      ...{ apiVersion: 'v1', kind: 'ServiceAccount' },
      metadata: { name, namespace: 'default', uid: `uid-of-${name}` },
    });
  store.create(aPod({}, { metadata: { name: 'web', uid: 'uid-of-web' } }));
});

async function request(name: string, spec: object = {}): Promise<Readonly<Record<string, unknown>>> {
  const route = tokenRequestRoutes({ store, tokens, decodeBody: async () => ({ object: { spec } }) }).find(
    ({ pattern }) => pattern === PATH,
  );
  const asked = { params: { namespace: 'default', name } } as unknown as ApiRequest;
  const answer = await route?.handle(asked, undefined as never);
  if (answer?.kind !== 'object') throw new Error('no object');
  return answer.object as Readonly<Record<string, unknown>>;
}
const tokenOf = async (name: string, spec: object = {}): Promise<string> =>
  ((await request(name, spec))['status'] as { token: string }).token;
const claimsOf = (token: string): unknown =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as unknown;
const review = (token: string, ...audiences: string[]): unknown =>
  tokens.review(token, audiences.length === 0 ? [ISSUER] : audiences);

describe('a token of a service account', () => {
  it('is asked for as kubectl create token does, with the usual audience and an hour', async () => {
    const answer = await request('robot');
    expect(answer).toMatchObject({
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: 'robot', namespace: 'default' },
      spec: { audiences: [ISSUER], expirationSeconds: 3600 },
      status: { expirationTimestamp: '2026-01-01T01:00:00Z' },
    });
    expect(claimsOf((answer['status'] as { token: string }).token)).toEqual({
      aud: [ISSUER],
      exp: 1767229200,
      iat: 1767225600,
      iss: ISSUER,
      jti: expect.any(String),
      'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'robot', uid: 'uid-of-robot' } },
      nbf: 1767225600,
      sub: 'system:serviceaccount:default:robot',
    });
  });

  it('says whom it stands for, for the audiences it is meant for', async () => {
    const token = await tokenOf('robot', { audiences: ['vault', 'other'], expirationSeconds: 600 });
    expect(review(token, 'mail', 'vault')).toEqual({
      username: 'system:serviceaccount:default:robot',
      uid: 'uid-of-robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      audiences: ['vault'],
      extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^JTI=/)] },
    });
    expect(review(token)).toBeUndefined();
  });

  it('is no longer good after its time, without its account, or when the account is another one', async () => {
    const token = await tokenOf('robot', { expirationSeconds: 600 });
    await clock.advance(660_000);
    expect(review(token)).toBeDefined();
    await clock.advance(1_000);
    expect(review(token)).toBeUndefined();
    const fresh = await tokenOf('robot');
    store.remove('ServiceAccount', 'default/robot');
    expect(review(fresh)).toBeUndefined();
    store.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace: 'default' } });
    expect(review(fresh)).toBeUndefined();
  });

  it('is good although the clock was set back by a minute since, as far as clocks of a cluster may differ', async () => {
    const token = await tokenOf('robot');
    clock.step(-60_000);
    expect(review(token)).toBeDefined();
    clock.step(-1_000);
    expect(review(token)).toBeUndefined();
  });

  it('for a pod is good as long as the pod is there', async () => {
    const pod = aPod({}, { metadata: { name: 'web', uid: 'uid-of-web' } });
    const { expiresAt, token } = tokens.issueForPod(pod, { audience: 'vault', expirationSeconds: 900 });
    expect(expiresAt).toBe(1767225600 + 900);
    expect(review(token, 'vault')).toMatchObject({
      username: 'system:serviceaccount:default:default',
      extra: {
        'authentication.kubernetes.io/pod-name': ['web'],
        'authentication.kubernetes.io/pod-uid': ['uid-of-web'],
      },
    });
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'web' };
    const asked = await tokenOf('default', { boundObjectRef });
    store.remove('Pod', 'default/web');
    expect([review(token, 'vault'), review(asked)]).toEqual([undefined, undefined]);
    expect(() => tokens.issueForPod(aPod({ serviceAccountName: 'nobody' }), {})).toThrow(
      'serviceaccounts "nobody" not found',
    );
  });

  it('is refused when it was changed, signed by another key, or not signed', async () => {
    const token = await tokenOf('robot');
    const [header = '', claims = '', signature = ''] = token.split('.');
    const other = new ServiceAccountTokens(store, clock, new JwtSigner(JwtSigner.newKey()));
    const forged = Buffer.from(Buffer.from(claims, 'base64url').toString().replaceAll('robot', 'default')).toString(
      'base64url',
    );
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    for (const bad of [
      `${header}.${forged}.${signature}`,
      `${none}.${claims}.`,
      `${header}.${claims}`,
      `${token}.x`,
      'x',
      '',
    ])
      expect(review(bad)).toBeUndefined();
    expect(other.review(token, [ISSUER])).toBeUndefined();
  });

  it.each<[string, object, number, string]>([
    [
      'robot',
      { expirationSeconds: 60 },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
    ],
    ['nobody', {}, 404, 'serviceaccounts "nobody" not found'],
    ['default', { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'gone' } }, 404, 'pods "gone" not found'],
    [
      'default',
      { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'web', uid: 'other' } },
      409,
      'Operation cannot be fulfilled on pods "web": the UID in the bound object reference (other) does not match the UID in record. The object might have been deleted and then recreated',
    ],
    [
      'robot',
      { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'web' } },
      400,
      'cannot bind token for serviceaccount "robot" to pod running with different serviceaccount name.',
    ],
    [
      'robot',
      { boundObjectRef: { kind: 'ConfigMap', apiVersion: 'v1', name: 'x' } },
      400,
      'cannot bind token to object of type "v1 ConfigMap"',
    ],
    ['robot', { audiences: 'x' }, 400, 'the body is no TokenRequest'],
  ])('is not given to %s for %j', async (name, spec, code, message) => {
    await expect(request(name, spec)).rejects.toMatchObject({ code, message });
  });

  it('is told from that of the administrator in a review', async () => {
    const reviewToken = createTokenReviewer({ token: 'secret' }, tokens);
    expect(reviewToken('secret', [])).toEqual({
      user: { username: 'kubelette-admin', groups: ['system:masters', 'system:authenticated'] },
      audiences: [ISSUER],
    });
    expect(reviewToken(await tokenOf('robot'), [])).toMatchObject({
      user: { username: 'system:serviceaccount:default:robot', uid: 'uid-of-robot' },
      audiences: [ISSUER],
    });
    expect(reviewToken('guess', [])).toBeUndefined();
  });
});

describe('the key of the tokens', () => {
  it('is made once, for its owner only, and anew when it is damaged or of another sort', async () => {
    const pki = await mkdtemp(join(tmpdir(), 'kubelette-sa-'));
    try {
      const path = join(pki, 'sa.key');
      const token = (await loadTokenSigner({ pki })).sign({ a: 1 });
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await loadTokenSigner({ pki })).read(token)).toEqual({ a: 1 });
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
      for (const bad of ['nonsense', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()]) {
        await writeFile(path, bad);
        expect((await loadTokenSigner({ pki })).read(token)).toBeUndefined();
        expect(await readFile(path, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
      }
    } finally {
      await rm(pki, { recursive: true });
    }
  });
});
