import { prepareConfig, type ConfigObject } from '../../api/config-object.js';
import { decodeManifest, type DecodedObject } from '../../api/decode.js';
import { defaultPod } from '../../api/defaults.js';
import { podUid } from '../../api/hash.js';
import { byPosition, type Problem } from '../../api/problem.js';
import type { ObjectMeta } from '../../api/schema/meta.js';
import { problemsIn } from '../../api/read-pods.js';
import type { Pod, PodSpec } from '../../api/schema/pod.js';
import { validatePod } from '../../api/validate.js';
import { readDocuments } from '../../api/yaml-documents.js';
import { CONFIG_HASH, CONFIG_MIRROR, CONFIG_SOURCE, MANIFEST, wholeFile } from './pod-source.js';

export interface ManifestPodsOptions {
  readonly nodeName: string;
  /** Word of the source, for the annotation. */
  readonly source: string;
  /** Append `-<node name>` to pod names, as for all static pods; not for manifests that are run under their own names. */
  readonly suffixName: boolean;
  /** Let the pods stay whatever taints the node has; the kubelet does so for pods from files. */
  readonly tolerateAll: boolean;
}

export interface ManifestPods {
  /** Empty when there are problems: a file counts as a whole or not at all. */
  readonly pods: readonly Pod[];
  /** ConfigMaps, Secrets and claims, marked as those of the source. The same. */
  readonly configs: readonly ConfigObject[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * The pods in the text of one manifest, ready for the store but for admission.
 *
 * The uid is a hash of content and node, not of the path: an edit makes another pod, a renamed file does not.
 * Source: kubelet pkg/kubelet/config/common.go applyDefaults (which hashes the path, too)
 */
export function readManifestPods(text: string, file: string, options: ManifestPodsOptions): ManifestPods {
  const { objects, problems: found, warnings: inVain } = decodeManifest(text, { file, nodeName: options.nodeName });
  const problems = [...found];
  const pods: Pod[] = [];
  const configs: ConfigObject[] = [];
  for (const decoded of objects) {
    const { object } = decoded;
    if (object.kind !== 'Pod') {
      const prepared = prepareConfig(object);
      problems.push(...problemsIn(decoded, file, prepared.errors));
      if (object.metadata.name === '') problems.push(unnamed(decoded, file));
      configs.push(marked(prepared.object, file, options.source));
      continue;
    }
    const pod = defaultPod(identify(object, file, options));
    problems.push(...problemsOf(pod, object, decoded, file, options.nodeName));
    pods.push(pod);
  }
  // A list without items is not nothing: it says that there are none.
  if (objects.length === 0 && problems.length === 0 && readDocuments(text).documents.length === 0)
    problems.push(wholeFile(file, 'there is no object in it'));
  return {
    pods: problems.length > 0 ? [] : pods,
    configs: problems.length > 0 ? [] : configs,
    problems: problems.sort(byPosition),
    warnings: inVain,
  };
}

function marked(object: ConfigObject, file: string, source: string): ConfigObject {
  const annotations = { ...object.metadata.annotations, [CONFIG_SOURCE]: source, [MANIFEST]: file };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function identify(pod: Pod, file: string, { nodeName, source, suffixName, tolerateAll }: ManifestPodsOptions): Pod {
  const { metadata, spec } = pod;
  const uid = metadata.uid ?? podUid(pod, nodeName, source);
  return {
    ...pod,
    metadata: {
      // Whoever could take finalizers off cannot change a pod from a manifest.
      ...withoutFinalizers(metadata),
      uid,
      // Without a name there is nothing to append to: validation asks for one.
      name: suffixName && metadata.name !== '' ? `${metadata.name}-${nodeName.toLowerCase()}` : metadata.name,
      namespace: metadata.namespace ?? 'default',
      annotations: {
        ...metadata.annotations,
        [CONFIG_HASH]: uid,
        [CONFIG_MIRROR]: uid,
        [CONFIG_SOURCE]: source,
        [MANIFEST]: file,
      },
    },
    spec: { ...(tolerateAll ? tolerant(spec) : spec), nodeName },
  };
}

function withoutFinalizers({ finalizers: _, ...metadata }: ObjectMeta): ObjectMeta {
  return metadata;
}

/** Source: kubelet pkg/kubelet/config/common.go */
const tolerant = (spec: PodSpec): PodSpec => ({
  ...spec,
  tolerations: [...(spec.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' }],
});

/** @param written the pod as it is in the file */
function problemsOf(pod: Pod, written: Pod, decoded: DecodedObject, file: string, nodeName: string): Problem[] {
  const problems = problemsIn(decoded, file, validatePod(pod));
  const wanted = written.spec.nodeName;
  if (wanted !== undefined && wanted !== '' && wanted !== nodeName)
    problems.push(
      problemAt(
        decoded,
        file,
        ['spec', 'nodeName'],
        'spec.nodeName',
        `Invalid value: ${JSON.stringify(wanted)}: this node is ${JSON.stringify(nodeName)}`,
      ),
    );
  if (written.metadata.name === '' && !problems.some(({ path }) => path === 'metadata.name'))
    problems.push(unnamed(decoded, file));
  return problems;
}

const unnamed = (decoded: DecodedObject, file: string): Problem =>
  problemAt(decoded, file, ['metadata'], 'metadata.name', 'Required value: an object of a manifest needs a name');

const problemAt = (
  { document, locate }: DecodedObject,
  file: string,
  segments: readonly (string | number)[],
  path: string,
  message: string,
): Problem => ({ file, document, ...locate(segments), path, message });
