import type { ContainerKind, PodIdentity } from '../runtime/observed.js';
import type { ContainerSpec, SandboxSpec } from '../runtime/specs.js';
import type { ClaimEngineVolume } from '../runtime/volumes.js';

/** Whose objects these are. Every list and every event subscription selects by node and agent. */
export interface Ownership {
  readonly nodeName: string;
  /** Random and private to one data directory: look-alikes of another agent are not adopted. */
  readonly agentId: string;
  /** Free text that names the process an ephemeral agent's objects belong to, for sweeping after a crash. */
  readonly owner?: string;
  /** Version of the program that made the object. */
  readonly createdBy?: string;
}

/**
 * What an object is to us. `volume` goes with its pod, `claim` is a volume that goes with its claim. `helper` is a short-lived container of our own image that belongs to no pod.
 * Networks are shared by all agents of an engine and carry only this label.
 */
export type Role = 'sandbox' | 'container' | 'volume' | 'claim' | 'network' | 'helper';

/** Value of `io.kubernetes.container.name` on a sandbox. Source: kubelet, PodInfraContainerName. */
export const SANDBOX_CONTAINER_NAME = 'POD';

/** Names of all labels. Never `io.kubernetes.docker.type`: a kubelet on the same engine selects by it. */
export const LABEL = {
  podName: 'io.kubernetes.pod.name',
  podNamespace: 'io.kubernetes.pod.namespace',
  podUid: 'io.kubernetes.pod.uid',
  containerName: 'io.kubernetes.container.name',
  node: 'dev.kubelette.node',
  agent: 'dev.kubelette.agent',
  owner: 'dev.kubelette.owner',
  createdBy: 'dev.kubelette.created-by',
  role: 'dev.kubelette.role',
  kind: 'dev.kubelette.kind',
  attempt: 'dev.kubelette.attempt',
  hash: 'dev.kubelette.hash',
  backoffMs: 'dev.kubelette.backoff-ms',
  sandbox: 'dev.kubelette.sandbox',
  image: 'dev.kubelette.image',
  claimUid: 'dev.kubelette.claim.uid',
  claimNamespace: 'dev.kubelette.claim.namespace',
  claimName: 'dev.kubelette.claim.name',
} as const;

export type Labels = Readonly<Record<string, string>>;

/** Labels of something that belongs to no pod. */
export function ownedLabels(role: Role, ownership: Ownership): Record<string, string> {
  return {
    [LABEL.role]: role,
    [LABEL.node]: ownership.nodeName,
    [LABEL.agent]: ownership.agentId,
    ...(ownership.owner === undefined ? {} : { [LABEL.owner]: ownership.owner }),
    ...(ownership.createdBy === undefined ? {} : { [LABEL.createdBy]: ownership.createdBy }),
  };
}

export function sandboxLabels(spec: SandboxSpec, ownership: Ownership): Record<string, string> {
  return {
    ...ownedLabels('sandbox', ownership),
    ...podLabels(spec.pod),
    [LABEL.containerName]: SANDBOX_CONTAINER_NAME,
    [LABEL.attempt]: String(spec.attempt),
    [LABEL.hash]: spec.specHash,
  };
}

export function containerLabels(spec: ContainerSpec, ownership: Ownership): Record<string, string> {
  return {
    ...ownedLabels('container', ownership),
    ...podLabels(spec.pod),
    [LABEL.containerName]: spec.name,
    [LABEL.kind]: spec.kind,
    [LABEL.attempt]: String(spec.attempt),
    [LABEL.hash]: spec.specHash,
    [LABEL.backoffMs]: String(spec.backoffMs),
    [LABEL.sandbox]: spec.sandbox.instance ?? spec.sandbox.id,
    [LABEL.image]: spec.image,
  };
}

export const volumeLabels = (podUid: string, ownership: Ownership): Record<string, string> => ({
  ...ownedLabels('volume', ownership),
  [LABEL.podUid]: podUid,
});

/** The same, from the labels of something else of the pod. */
export const volumeLabelsLike = (labels: Labels): Record<string, string> => {
  const kept: readonly string[] = [LABEL.node, LABEL.agent, LABEL.owner, LABEL.createdBy, LABEL.podUid];
  const whose = Object.fromEntries(Object.entries(labels).filter(([name]) => kept.includes(name)));
  return { ...whose, [LABEL.role]: 'volume' };
};

export const claimLabels = (
  { name, namespace, uid }: ClaimEngineVolume['claim'],
  ownership: Ownership,
): Record<string, string> => ({
  ...ownedLabels('claim', ownership),
  [LABEL.claimUid]: uid,
  [LABEL.claimNamespace]: namespace,
  [LABEL.claimName]: name,
});

/** Values for the engine's `label` filter: this agent's objects, narrowed by `more`. */
export const ownedFilter = (ownership: Ownership, more: Labels = {}): string[] => [
  `${LABEL.node}=${ownership.nodeName}`,
  `${LABEL.agent}=${ownership.agentId}`,
  ...Object.entries(more).map(([name, value]) => `${name}=${value}`),
];

/** Does the object carry this agent's node and id? */
export const isOwnedBy = (labels: Labels, ownership: Ownership): boolean =>
  labels[LABEL.node] === ownership.nodeName && labels[LABEL.agent] === ownership.agentId;

export interface ParsedSandboxLabels {
  readonly role: 'sandbox';
  readonly pod: PodIdentity;
  readonly attempt: number;
  readonly specHash: string;
}

export interface ParsedContainerLabels {
  readonly role: 'container';
  readonly pod: PodIdentity;
  readonly name: string;
  readonly kind: ContainerKind;
  readonly attempt: number;
  readonly specHash: string;
  readonly backoffMs: number;
  /** Or the id of a sandbox that did not run yet: see `joinedInstance`. */
  readonly sandboxInstance: string;
  readonly image: string;
}

/** What a pod's container says about itself, or `undefined` when the labels are not (or not completely) ours. */
export function parsePodLabels(labels: Labels): ParsedSandboxLabels | ParsedContainerLabels | undefined {
  const pod = parsePod(labels);
  const name = labels[LABEL.containerName];
  const attempt = parseCount(labels[LABEL.attempt]);
  const specHash = labels[LABEL.hash];
  if (pod === undefined || name === undefined || attempt === undefined || specHash === undefined) return undefined;
  if (labels[LABEL.role] === 'sandbox') return { role: 'sandbox', pod, attempt, specHash };
  const kind = parseKind(labels[LABEL.kind]);
  if (labels[LABEL.role] !== 'container' || kind === undefined) return undefined;
  return {
    role: 'container',
    pod,
    name,
    kind,
    attempt,
    specHash,
    // A damaged label must not make a container invisible: then nobody would ever stop it.
    backoffMs: parseCount(labels[LABEL.backoffMs]) ?? 0,
    sandboxInstance: labels[LABEL.sandbox] ?? '',
    image: labels[LABEL.image] ?? '',
  };
}

function podLabels(pod: PodIdentity): Record<string, string> {
  return { [LABEL.podUid]: pod.uid, [LABEL.podNamespace]: pod.namespace, [LABEL.podName]: pod.name };
}

function parsePod(labels: Labels): PodIdentity | undefined {
  const uid = labels[LABEL.podUid];
  const namespace = labels[LABEL.podNamespace];
  const name = labels[LABEL.podName];
  if (uid === undefined || namespace === undefined || name === undefined) return undefined;
  return { uid, namespace, name };
}

function parseKind(text: string | undefined): ContainerKind | undefined {
  return text === 'init' || text === 'sidecar' || text === 'app' || text === 'ephemeral' ? text : undefined;
}

function parseCount(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined;
  return Number(text);
}
