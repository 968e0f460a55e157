import type { DiscoveryResource } from '../discovery/discovery-resource.js';
import { serverVersion } from '../discovery/server-version.js';
import { apiVersionOf } from '../resources/define-kind.js';
import type { Kind } from '../resources/kind.js';
import { answerSchemas } from './answers.js';
import type { OpenApiSchemas } from './openapi-schema.js';
import { pathsOf, type PathItem } from './paths.js';
import { schemasOf } from './schemas.js';

/** An OpenAPI 3.0 document of one version of one API group. */
export interface OpenApiDocument {
  readonly openapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: OpenApiSchemas };
}

/** Where the document of a resource is: `api/v1`, `apis/coordination.k8s.io/v1`. */
export const documentPath = (resource: DiscoveryResource): string =>
  `${resource.group === '' ? 'api' : 'apis'}/${apiVersionOf(resource)}`;

/**
 * The documents by where they are. Each has all the types it refers to.
 *
 * @param answers resources that are no stored objects
 */
export function documentsOf(
  kinds: readonly Kind[],
  answers: readonly DiscoveryResource[],
): ReadonlyMap<string, OpenApiDocument> {
  const paths = new Set([...kinds, ...answers].map(documentPath));
  const isIn = (path: string) => (resource: DiscoveryResource) => documentPath(resource) === path;
  return new Map([...paths].map((path) => [path, documentOf(kinds.filter(isIn(path)), answers.filter(isIn(path)))]));
}

function documentOf(kinds: readonly Kind[], answers: readonly DiscoveryResource[]): OpenApiDocument {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: serverVersion()['gitVersion'] ?? '' },
    paths: Object.assign({}, ...[...kinds, ...answers].map(pathsOf)) as OpenApiDocument['paths'],
    components: { schemas: { ...(kinds.length === 0 ? {} : schemasOf(kinds)), ...answerSchemas(answers) } },
  };
}
