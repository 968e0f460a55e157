import type { PodSpec } from '../../../api/schema/pod.js';
import type { Description } from './description.js';

type Toleration = NonNullable<PodSpec['tolerations']>[number];
type Spread = NonNullable<PodSpec['topologySpreadConstraints']>[number];

export const describeTolerations = (to: Description, tolerations: readonly Toleration[]): void =>
  to.list(0, 'Tolerations', [...tolerations].sort(byKey(({ key = '' }) => key)).map(tolerationText));

function tolerationText({ effect, key = '', operator, tolerationSeconds, value = '' }: Toleration): string {
  const subject = `${key}${value === '' ? '' : `=${value}`}${effect === undefined ? '' : `:${effect}`}`;
  const exists = operator === 'Exists' && value === '' ? `${subject === '' ? '' : ' '}op=Exists` : '';
  return `${subject}${exists}${tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`}`;
}

export function describeTopologySpread(to: Description, constraints: readonly Spread[]): void {
  if (constraints.length === 0) return;
  to.list(0, 'Topology Spread Constraints', [...constraints].sort(byKey(({ topologyKey }) => topologyKey)).map(spread));
}

function spread({ labelSelector, maxSkew, topologyKey, whenUnsatisfiable }: Spread): string {
  const { matchExpressions = [], matchLabels = {} } = labelSelector ?? {};
  const terms = [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values = [] }) =>
      values.length > 0 ? `${key} ${operator.toLowerCase()} (${values.join(',')})` : key,
    ),
  ];
  const selector =
    labelSelector === undefined ? '' : ` for selector ${terms.length === 0 ? '<none>' : terms.join(',')}`;
  return `${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded${selector}`;
}

const byKey =
  <T>(key: (one: T) => string) =>
  (a: T, b: T): number =>
    key(a) === key(b) ? 0 : key(a) < key(b) ? -1 : 1;
