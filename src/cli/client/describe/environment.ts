import { divideUp } from '../../../api/quantity.js';
import type { Container, EnvVar, Pod, ResourceFieldSelector } from '../../../api/schema/pod.js';
import { sortedEntries, type Description } from './description.js';

/** Where the variables of a container come from; values of secrets and config maps are not looked up. */
export function describeEnvironment(to: Description, container: Container, pod: Pod): void {
  const { env = [], envFrom = [] } = container;
  if (envFrom.length > 0) to.line(2, 'Environment Variables from:');
  for (const { configMapRef, prefix = '', secretRef } of envFrom) {
    const from = configMapRef !== undefined ? 'ConfigMap' : secretRef !== undefined ? 'Secret' : '';
    const { name, optional = false } = configMapRef ?? secretRef ?? {};
    to.line(3, name, `${from}${prefix === '' ? '' : ` with prefix '${prefix}'`}`, `Optional: ${optional}`);
  }
  if (env.length === 0) to.field(2, 'Environment', '<none>');
  else to.line(2, 'Environment:');
  for (const variable of env) describeVariable(to, variable, container, pod);
}

function describeVariable(to: Description, { name, value = '', valueFrom }: EnvVar, container: Container, pod: Pod) {
  if (valueFrom === undefined) {
    const [first, ...others] = value.split('\n');
    to.field(3, name, first);
    for (const line of others) to.line(3, '', line);
    return;
  }
  const { configMapKeyRef, fieldRef, resourceFieldRef, secretKeyRef } = valueFrom;
  if (fieldRef !== undefined) {
    const { apiVersion = '', fieldPath } = fieldRef;
    to.field(3, name, `${fieldText(fieldPath, pod)} (${apiVersion}:${fieldPath})`);
  } else if (resourceFieldRef !== undefined) {
    to.field(3, name, `${resourceText(resourceFieldRef, container)} (${resourceFieldRef.resource})`);
  } else if (secretKeyRef !== undefined) {
    const { key, name: secret = '', optional = false } = secretKeyRef;
    to.line(3, `${name}:`, `<set to the key '${key}' in secret '${secret}'>`, `Optional: ${optional}`);
  } else if (configMapKeyRef !== undefined) {
    const { key, name: map = '', optional = false } = configMapKeyRef;
    to.line(3, `${name}:`, `<set to the key '${key}' of config map '${map}'>`, `Optional: ${optional}`);
  }
}

/** kubectl knows the metadata only, and so do we: what else there is the container alone can tell. */
function fieldText(path: string, { metadata }: Pod): string {
  const quoted = (map: Readonly<Record<string, string>> | undefined): string =>
    sortedEntries(map)
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
      .join('\n');
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return quoted(metadata.labels);
    case 'metadata.annotations':
      return quoted(metadata.annotations);
    default:
      return '';
  }
}

function resourceText({ divisor = '1', resource }: ResourceFieldSelector, { resources }: Container): string {
  const [which = '', name = ''] = resource.split(/\.(.*)/s);
  const amounts = which === 'limits' ? resources?.limits : resources?.requests;
  try {
    const value = divideUp(amounts?.[name] ?? '0', divisor === '0' ? '1' : divisor);
    return value === 0n && /^limits\.(cpu|memory)$/.test(resource) ? 'node allocatable' : String(value);
  } catch {
    // An amount nobody can read.
    return '';
  }
}
