import type { DiscoveryResource } from '../discovery/discovery-resource.js';
import { badRequest } from '../http/status-error.js';
import type { ApiRequest, Route, User } from '../http/types.js';

/** Reads a JSON or protobuf body. @throws StatusError when it cannot */
type DecodeBody = (request: ApiRequest) => Promise<{ readonly object: unknown }>;

interface Review {
  readonly group: string;
  readonly kind: string;
  readonly status: (user: User) => Record<string, unknown>;
}

/** Whoever gets in may do everything, so the answers are the same for all questions. */
const REVIEWS: readonly Review[] = [
  {
    group: 'authorization.k8s.io',
    kind: 'SelfSubjectAccessReview',
    status: () => ({ allowed: true, reason: 'every credential of this node may do everything' }),
  },
  {
    group: 'authorization.k8s.io',
    kind: 'SelfSubjectRulesReview',
    status: () => ({
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
      incomplete: false,
    }),
  },
  {
    group: 'authentication.k8s.io',
    kind: 'SelfSubjectReview',
    status: ({ name, groups }) => ({ userInfo: { username: name, groups } }),
  },
];

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
  namespaced: false,
  verbs: ['create'],
  subresources: [],
}));

/** `kubectl auth can-i`, `auth can-i --list` and `auth whoami`: the question comes back with its answer. */
export const reviewRoutes = ({ decodeBody }: { readonly decodeBody: DecodeBody }): readonly Route[] =>
  REVIEWS.map((review) => ({
    method: 'POST',
    pattern: `/apis/${review.group}/v1/${pluralOf(review)}`,
    handle: async (request) => {
      const spec = specOf((await decodeBody(request)).object, review.kind);
      const object = {
        kind: review.kind,
        apiVersion: `${review.group}/v1`,
        metadata: { creationTimestamp: null },
        ...(spec === undefined ? {} : { spec }),
        status: review.status(request.user),
      };
      return { kind: 'object', status: 201, object };
    },
  }));

function specOf(body: unknown, kind: string): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badRequest(`expected a ${kind}`);
  return 'spec' in body ? body.spec : undefined;
}
