import { describe, expect, it } from '@jest/globals';
import { reviewResources, reviewRoutes, type ReviewToken } from '../../../../src/apiserver/auth/reviews.js';
import type { ApiRequest, ApiResponse } from '../../../../src/apiserver/http/types.js';

const user = { name: 'kubelette-admin', groups: ['system:masters'] };

const reviewToken: ReviewToken = (token, audiences) =>
  token === 'good' ? { user: { username: 'robot' }, audiences } : undefined;

function ask(path: string, body: unknown): Promise<ApiResponse> {
  const route = reviewRoutes({ decodeBody: async () => ({ object: body }), reviewToken }).find(
    ({ pattern }) => pattern === path,
  );
  if (route === undefined) throw new Error(`no route ${path}`);
  // The reviews look at nothing else of a request or response.
  return route.handle({ user } as unknown as ApiRequest, undefined as never);
}

describe('reviews of oneself', () => {
  it('echo the question and allow it', async () => {
    const spec = { resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } };
    expect(await ask('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec })).toMatchObject({
      kind: 'object',
      status: 201,
      object: {
        kind: 'SelfSubjectAccessReview',
        apiVersion: 'authorization.k8s.io/v1',
        spec,
        status: { allowed: true },
      },
    });
  });

  it('list every right', async () => {
    expect(await ask('/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', { spec: {} })).toMatchObject({
      object: { status: { resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], incomplete: false } },
    });
  });

  it('say who asks', async () => {
    expect(await ask('/apis/authentication.k8s.io/v1/selfsubjectreviews', {})).toMatchObject({
      object: { status: { userInfo: { username: 'kubelette-admin', groups: ['system:masters'] } } },
    });
  });

  it('refuse a body that is no object', async () => {
    await expect(ask('/apis/authentication.k8s.io/v1/selfsubjectreviews', [])).rejects.toMatchObject({ code: 400 });
  });

  it('are in discovery as things that can only be created', () => {
    expect(reviewResources.map(({ plural }) => plural)).toEqual([
      'localsubjectaccessreviews',
      'selfsubjectaccessreviews',
      'selfsubjectrulesreviews',
      'subjectaccessreviews',
      'selfsubjectreviews',
      'tokenreviews',
    ]);
    expect(new Set(reviewResources.flatMap(({ verbs }) => verbs))).toEqual(new Set(['create']));
  });
});

describe('reviews of others', () => {
  it.each<[object, boolean]>([
    [{ user: 'kubelette-admin' }, true],
    [{ user: 'root', groups: ['system:masters'] }, true],
    [{ user: 'bob', groups: ['staff'] }, false],
    [{ user: 'system:serviceaccount:default:default', groups: 'system:masters' }, false],
    [{}, false],
  ])('allow everything to those who have a credential, and nothing to others: %j', async (spec, allowed) => {
    for (const path of ['subjectaccessreviews', 'namespaces/:namespace/localsubjectaccessreviews'])
      expect(await ask(`/apis/authorization.k8s.io/v1/${path}`, { spec })).toMatchObject({
        object: { spec, status: { allowed } },
      });
  });

  it('say whom a token stands for', async () => {
    const path = '/apis/authentication.k8s.io/v1/tokenreviews';
    expect(await ask(path, { spec: { token: 'good', audiences: ['vault'] } })).toMatchObject({
      object: { status: { authenticated: true, user: { username: 'robot' }, audiences: ['vault'] } },
    });
    for (const spec of [{ token: 'bad' }, { token: '' }, {}])
      expect(await ask(path, { spec })).toMatchObject({
        object: { status: { user: {}, error: 'invalid bearer token' } },
      });
  });
});
