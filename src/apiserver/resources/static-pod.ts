import type { KubeObject } from '../../api/schema/meta.js';

/** Where a pod comes from, and the file or URL it was read from; set on pods that did not come by way of the API. */
const CONFIG_SOURCE = 'kubernetes.io/config.source';
const MANIFEST = 'kubelette.dev/manifest';

/** The manifest a static pod is made from; undefined for pods of the API. */
export function manifestOf({ metadata }: KubeObject): string | undefined {
  const source = metadata.annotations?.[CONFIG_SOURCE] ?? 'api';
  if (source === 'api') return undefined;
  return metadata.annotations?.[MANIFEST] ?? `a manifest (${source})`;
}
