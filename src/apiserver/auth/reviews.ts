import type { DiscoveryResource } from '../discovery/discovery-resource.js';
import { badRequest } from '../http/status-error.js';
import type { ApiRequest, Route, User } from '../http/types.js';
import { ADMIN } from './pki.js';

/** Reads a JSON or protobuf body. @throws StatusError when it cannot */
type DecodeBody = (request: ApiRequest) => Promise<{ readonly object: unknown }>;

/** Whom a token stands for, of the audiences asked for; undefined when it is not good. */
export type ReviewToken = (
  token: string,
  audiences: readonly string[],
) => { readonly user: Readonly<Record<string, unknown>>; readonly audiences: readonly string[] } | undefined;

export interface ReviewParts {
  readonly decodeBody: DecodeBody;
  readonly reviewToken: ReviewToken;
}

type Spec = Readonly<Record<string, unknown>>;

interface Review {
  readonly group: string;
  readonly kind: string;
  readonly namespaced?: true;
  readonly status: (user: User, spec: Spec, parts: ReviewParts) => Record<string, unknown>;
}

const AUTHENTICATION = 'authentication.k8s.io';
const AUTHORIZATION = 'authorization.k8s.io';

/** Whoever gets in may do everything, and nobody else anything: answers depend on who is meant, not on what. */
const REVIEWS: readonly Review[] = [
  { group: AUTHORIZATION, kind: 'LocalSubjectAccessReview', namespaced: true, status: (_, spec) => access(spec) },
  { group: AUTHORIZATION, kind: 'SelfSubjectAccessReview', status: () => ALLOWED },
  {
    group: AUTHORIZATION,
    kind: 'SelfSubjectRulesReview',
    status: () => ({
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
      incomplete: false,
    }),
  },
  { group: AUTHORIZATION, kind: 'SubjectAccessReview', status: (_, spec) => access(spec) },
  {
    group: AUTHENTICATION,
    kind: 'SelfSubjectReview',
    status: ({ name, groups }) => ({ userInfo: { username: name, groups } }),
  },
  { group: AUTHENTICATION, kind: 'TokenReview', status: (_, spec, { reviewToken }) => tokenStatus(spec, reviewToken) },
];

const ALLOWED = { allowed: true, reason: 'every credential of this node may do everything' };

const pluralOf = ({ kind }: Review): string => `${kind.toLowerCase()}s`;

/** The reviews as discovery lists them. */
export const reviewResources: readonly DiscoveryResource[] = REVIEWS.map((review) => ({
  group: review.group,
  version: 'v1',
  kind: review.kind,
  plural: pluralOf(review),
  singular: review.kind.toLowerCase(),
  shortNames: [],
  categories: [],
  namespaced: review.namespaced === true,
  verbs: ['create'],
  subresources: [],
}));

/** `kubectl auth can-i`, `auth can-i --list`, `auth whoami` and others: the question comes back with its answer. */
export const reviewRoutes = (parts: ReviewParts): readonly Route[] =>
  REVIEWS.map((review) => ({
    method: 'POST',
    pattern: `/apis/${review.group}/v1/${review.namespaced ? 'namespaces/:namespace/' : ''}${pluralOf(review)}`,
    handle: async (request) => {
      const spec = specOf((await parts.decodeBody(request)).object, review.kind);
      const object = {
        kind: review.kind,
        apiVersion: `${review.group}/v1`,
        metadata: { creationTimestamp: null },
        ...(spec === undefined ? {} : { spec }),
        status: review.status(request.user, isRecord(spec) ? spec : {}, parts),
      };
      return { kind: 'object', status: 201, object };
    },
  }));

function specOf(body: unknown, kind: string): unknown {
  if (!isRecord(body)) throw badRequest(`expected a ${kind}`);
  return body['spec'];
}

function access({ groups, user }: Spec): Record<string, unknown> {
  const known = user === ADMIN.name || texts(groups).some((group) => ADMIN.groups.includes(group));
  return known ? ALLOWED : { allowed: false, reason: 'only the credentials of this node may do anything' };
}

function tokenStatus({ audiences, token }: Spec, reviewToken: ReviewToken): Record<string, unknown> {
  const found = typeof token === 'string' && token !== '' ? reviewToken(token, texts(audiences)) : undefined;
  if (found === undefined) return { user: {}, error: 'invalid bearer token' };
  return { authenticated: true, ...found };
}

const isRecord = (value: unknown): value is Spec =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
