import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { DiscoveryResource } from '../discovery/discovery-resource.js';
import type { ApiRequest, Route } from '../http/types.js';
import type { Kind } from '../resources/kind.js';
import { documentPath, documentsOf } from './documents.js';
import { encodeSwagger } from './swagger-protobuf.js';
import { swaggerOf } from './swagger.js';

export interface OpenApiOptions {
  readonly kinds: readonly Kind[];
  /** Resources that are no stored objects. */
  readonly answers: readonly DiscoveryResource[];
}

/**
 * `/openapi/v3`, an index of one document for each version of each group, and `/openapi/v2`, all of it in the old form:
 * what kubectl validates and explains with. The documents are made when they are first asked for.
 */
export function openApiRoutes({ kinds, answers }: OpenApiOptions): readonly Route[] {
  const documents = lazy(() => documentsOf(kinds, answers));
  const texts = lazy(
    () => new Map([...documents()].map(([path, document]) => [path, answerOf(JSON.stringify(document), JSON_TYPE)])),
  );
  const index = lazy(() => {
    const entries = [...texts()].map(([path, { hash }]): [string, object] => [
      path,
      { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` },
    ]);
    return answerOf(JSON.stringify({ paths: Object.fromEntries(entries) }), JSON_TYPE);
  });
  const swagger = lazy(() => swaggerOf([...documents().values()]));
  const asProtobuf = lazy(() => answerOf(encodeSwagger(swagger()), PROTOBUF_TYPE));
  const asJson = lazy(() => answerOf(JSON.stringify(swagger()), JSON_TYPE));

  const paths = new Set([...kinds, ...answers].map(documentPath));
  return [
    route('/openapi/v3', index),
    ...[...paths].map((path) => route(`/openapi/v3/${path}`, () => texts().get(path) ?? index())),
    route('/openapi/v2', ({ headers }) => ((headers.accept ?? '').includes(PROTOBUF_NAME) ? asProtobuf() : asJson())),
  ];
}

interface Answer {
  readonly body: Buffer;
  readonly contentType: string;
  /** Upper-case hexadecimal, of the body. */
  readonly hash: string;
}

const JSON_TYPE = 'application/json';
const PROTOBUF_NAME = 'com.github.proto-openapi.spec.v2';
/** Clients ask for it with an `@`, which Go's own parser of media types refuses in an answer. */
const PROTOBUF_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const ONE_YEAR_SECONDS = 31_536_000;

function answerOf(content: string | Buffer, contentType: string): Answer {
  const body = Buffer.from(content);
  return { body, contentType, hash: createHash('sha512').update(body).digest('hex').toUpperCase() };
}

const route = (pattern: string, answer: (request: ApiRequest) => Answer): Route => ({
  method: 'GET',
  pattern,
  handle: async (request, response) => {
    send(request, response, answer(request));
    return { kind: 'handled' };
  },
});

/** Who asks with the hash of the index has the answer for good; for others it is the `ETag`. */
function send({ headers, query }: ApiRequest, response: ServerResponse, { body, contentType, hash }: Answer): void {
  const etag = `"${hash}"`;
  const known = (headers['if-none-match'] ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  const forGood = query.get('hash') === hash;
  response.setHeader('Cache-Control', forGood ? `public, immutable, max-age=${ONE_YEAR_SECONDS}` : 'no-cache, private');
  response.setHeader('ETag', etag);
  response.setHeader('Vary', 'Accept');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (known) {
    response.writeHead(304).end();
    return;
  }
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', body.length);
  response.writeHead(200).end(body);
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
