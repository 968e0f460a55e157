import type { AggregatedVersion } from './aggregated.js';

/**
 * The form of discovery a client wants most: aggregated, or the legacy one, which every client reads and which also
 * answers those that name neither.
 */
export function acceptedForm(accept: string | undefined): AggregatedVersion | 'legacy' {
  for (const entry of (accept ?? '').split(',')) {
    const [mediaType, ...rest] = entry.split(';').map((part) => part.trim());
    if (mediaType !== 'application/json' && mediaType !== 'application/*' && mediaType !== '*/*') continue;
    const parameters = new Map(rest.map((part) => part.split('=', 2) as [string, string | undefined]));
    if (parameters.get('as') === undefined) return 'legacy';
    const version = parameters.get('v');
    if (
      parameters.get('g') === 'apidiscovery.k8s.io' &&
      parameters.get('as') === 'APIGroupDiscoveryList' &&
      (version === 'v2' || version === 'v2beta1')
    )
      return version;
  }
  return 'legacy';
}
