import { defaultPullPolicy } from '../../api/default-container.js';
import type { Container, Pod } from '../../api/schema/pod.js';
import type { ImageManager, ImageRequest, ImageResult } from '../images/image-manager.js';

/** Images that are volumes of a container. */
interface VolumeImages {
  /** Engine ids, by the volumes' names in the pod. */
  readonly ids: ReadonlyMap<string, string>;
  /** The first one that is not there (yet). */
  readonly missing?: Exclude<ImageResult, { state: 'present' }>;
}

/**
 * Makes the images a container mounts as volumes present, as its own image is: by pull policy, and with back-off.
 * Source: kubelet getImageVolumes, pkg/kubelet/kuberuntime/kuberuntime_container.go
 *
 * @param request of the container's own image
 */
export async function ensureVolumeImages(
  images: Pick<ImageManager, 'ensure'>,
  request: ImageRequest,
  signal: AbortSignal,
): Promise<VolumeImages> {
  const { container, pod } = request;
  const ids = new Map<string, string>();
  for (const { image: source, name } of imageVolumes(pod, container)) {
    const image = source?.reference ?? '';
    const imagePullPolicy = source?.pullPolicy ?? defaultPullPolicy(image);
    const asked = { ...request, container: { name: container.name, image, imagePullPolicy } };
    const result = await images.ensure(asked, signal);
    if (result.state !== 'present') return { ids, missing: result };
    ids.set(name, result.image.id);
  }
  return { ids };
}

export const mountsImage = (pod: Pod, container: Container): boolean => imageVolumes(pod, container).length > 0;

const imageVolumes = (pod: Pod, { volumeMounts = [] }: Container): NonNullable<Pod['spec']['volumes']> =>
  (pod.spec.volumes ?? []).filter(
    ({ image, name }) => image !== undefined && volumeMounts.some((mount) => mount.name === name),
  );
