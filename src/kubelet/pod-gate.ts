import {
  evaluatePodSecurity,
  levelText,
  violationsText,
  type LevelVersion,
  type PodSecurityLevel,
} from '../api/pod-security/evaluate.js';
import { podSecurityPolicy, type PodSecurityPolicy } from '../api/pod-security/namespace-policy.js';
import type { Container, Pod } from '../api/schema/pod.js';
import type { Clock } from '../lib/clock.js';
import { KubeletteError } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import type { Store } from '../store/store.js';
import { admitPod } from './pod-admission.js';

export interface PodGateOptions {
  readonly store: Store;
  readonly nodeName: string;
  /** What pods may do in namespaces whose labels say nothing about it. */
  readonly podSecurity: PodSecurityLevel;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The one way into the store for pods from everywhere: API, manifests, library.
 *
 * Source: k8s.io/pod-security-admission admission/admission.go
 */
export class PodGate {
  readonly #options: PodGateOptions;

  constructor(options: PodGateOptions) {
    this.#options = options;
  }

  /**
   * A decoded, defaulted and validated pod as it enters the store.
   *
   * @param uid where the source gives pods an identity
   * @throws KubeletteError `Forbidden` when it may not run in its namespace; `Invalid` when it asks for another node
   */
  admit(pod: Pod, uid?: string): Pod {
    const { clock, nodeName } = this.#options;
    this.#enforce(pod);
    return admitPod(pod, { nodeName, now: clock.now(), ...(uid === undefined ? {} : { uid }) });
  }

  /** Other images, and containers to look into a pod, are judged anew; nothing else that may change matters. */
  checkUpdate(next: Pod, before: Pod): void {
    if (imagesOf(next) !== imagesOf(before)) this.#enforce(next);
  }

  /** What whoever creates the pod should know. */
  warnings(pod: Pod): readonly string[] {
    const text = describe(pod, this.#policy(pod).warn);
    return [
      ...(text === undefined ? [] : [`would violate ${text}`]),
      ...hiddenVariables(pod),
      ...unenforcedLimits(pod),
    ];
  }

  #enforce(pod: Pod): void {
    const { audit, enforce } = this.#policy(pod);
    const { name, namespace = 'default' } = pod.metadata;
    const noted = describe(pod, audit);
    if (noted !== undefined)
      this.#options.logger.info({ pod: `${namespace}/${name}`, violation: `would violate ${noted}` }, 'pod security');
    const text = describe(pod, enforce);
    if (text === undefined) return;
    throw new KubeletteError('Forbidden', `pods ${JSON.stringify(name)} is forbidden: violates ${text}`, {
      details: { name, kind: 'pods' },
    });
  }

  #policy({ metadata: { namespace = 'default' } }: Pod): PodSecurityPolicy {
    const { podSecurity, store } = this.#options;
    return podSecurityPolicy(store.get('Namespace', namespace)?.metadata.labels, podSecurity);
  }
}

/** The last one counts. Source: kubernetes pkg/api/pod/warnings.go */
function hiddenVariables({ spec }: Pod): string[] {
  const within = (list: string, containers: readonly Container[] = []): string[] =>
    containers.flatMap(({ env = [] }, at) =>
      env.flatMap(({ name, value = '' }, index) =>
        env.findIndex((other) => other.name === name) === index || value.includes(`$(${name})`)
          ? []
          : `spec.${list}[${at}].env[${index}]: hides previous definition of "${name}", which may be dropped when using apply`,
      ),
    );
  return [...within('initContainers', spec.initContainers), ...within('containers', spec.containers)];
}

/** Limits that count nowhere: the storage of engines has no quota that works everywhere. */
const unenforcedLimits = ({ spec }: Pod): string[] =>
  spec.containers.flatMap(({ resources }, index) =>
    resources?.limits?.['ephemeral-storage'] === undefined
      ? []
      : [`spec.containers[${index}].resources.limits[ephemeral-storage] is not enforced`],
  );

function describe(pod: Pod, level: LevelVersion): string | undefined {
  const violations = evaluatePodSecurity(pod, level);
  if (violations.length === 0) return undefined;
  return `PodSecurity ${JSON.stringify(levelText(level))}: ${violationsText(violations)}`;
}

function imagesOf({ spec }: Pod): string {
  const images = (list: readonly Pick<Container, 'name' | 'image'>[] = []): string[][] =>
    list.map(({ image, name }) => [name, image]);
  return JSON.stringify([spec.initContainers, spec.containers, spec.ephemeralContainers].map((list) => images(list)));
}
