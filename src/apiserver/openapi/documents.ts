import { serverVersion } from '../discovery/server-version.js';
import { apiVersionOf } from '../resources/define-kind.js';
import type { Kind } from '../resources/kind.js';
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

/** The documents by where they are: `api/v1`, `apis/coordination.k8s.io/v1`. Each has all the types it refers to. */
export function documentsOf(kinds: readonly Kind[]): ReadonlyMap<string, OpenApiDocument> {
  const groups = new Map<string, Kind[]>();
  for (const kind of kinds) {
    const path = `${kind.group === '' ? 'api' : 'apis'}/${apiVersionOf(kind)}`;
    groups.set(path, [...(groups.get(path) ?? []), kind]);
  }
  return new Map([...groups].map(([path, members]) => [path, documentOf(members)]));
}

function documentOf(kinds: readonly Kind[]): OpenApiDocument {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: serverVersion()['gitVersion'] ?? '' },
    paths: Object.assign({}, ...kinds.map(pathsOf)) as OpenApiDocument['paths'],
    components: { schemas: schemasOf(kinds) },
  };
}
