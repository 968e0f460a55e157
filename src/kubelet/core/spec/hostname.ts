import type { Pod } from '../../../api/schema/pod.js';
import { KubeletteError } from '../../../lib/errors.js';

/** What a name of the cluster's network ends in. There is no such network here; the name is what Kubernetes installs with. */
const CLUSTER_DOMAIN = 'cluster.local';
/** The kubelet cuts longer names. Source: kubelet truncatePodHostnameIfNeeded */
const MAX_HOSTNAME_LENGTH = 63;
/** Of Linux, for a name with its domain. */
const MAX_FQDN_LENGTH = 64;

export interface PodHostname {
  /** What the kernel says. */
  readonly kernel: string;
  /** Names of the pod in its hosts file, the most complete first. */
  readonly names: readonly string[];
}

/**
 * The host name of a pod that is not on the host network.
 * @throws KubeletteError `Invalid` when the kernel cannot hold the name that setHostnameAsFQDN asks for
 * Source: kubelet GeneratePodHostNameAndDomain, pkg/kubelet/kubelet_pods.go
 */
export function podHostname({ metadata, spec }: Pod): PodHostname {
  const { hostname = '', hostnameOverride = '', subdomain = '' } = spec;
  if (hostnameOverride !== '') return { kernel: hostnameOverride, names: [hostnameOverride] };
  const name = cut(hostname === '' ? metadata.name : hostname);
  if (subdomain === '') return { kernel: name, names: [name] };
  const complete = `${name}.${subdomain}.${metadata.namespace ?? 'default'}.svc.${CLUSTER_DOMAIN}`;
  if (spec.setHostnameAsFQDN !== true) return { kernel: name, names: [complete, name] };
  if (complete.length > MAX_FQDN_LENGTH) {
    throw new KubeletteError(
      'Invalid',
      `failed to construct FQDN from pod hostname and cluster domain, FQDN ${complete} is too long ` +
        `(${MAX_FQDN_LENGTH} characters is the max, ${complete.length} characters requested)`,
    );
  }
  return { kernel: complete, names: [complete, name] };
}

const cut = (name: string): string => name.slice(0, MAX_HOSTNAME_LENGTH).replace(/[-.]+$/, '');
