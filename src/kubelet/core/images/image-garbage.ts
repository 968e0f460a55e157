import type { ImageListed } from '../../../runtime/runtime.js';
import { parseImageReference } from './image-reference.js';

/** What an agent remembers of an image that it brought to the engine. */
export interface PulledImage {
  /** Engine id, `sha256:…`. */
  readonly id: string;
  /** As pods name it. */
  readonly references: readonly string[];
  /** Milliseconds since the epoch. */
  readonly pulledAt: number;
  readonly lastUsedAt: number;
}

export interface ImageGarbagePolicy {
  /** Of the disk. From so much on images are removed; 100: never. */
  readonly highPercent: number;
  /** Until no more than this is used. */
  readonly lowPercent: number;
  /** An image is kept at least so long. */
  readonly minimumAgeMs: number;
}

export interface ImageGarbageInput {
  readonly pulled: readonly PulledImage[];
  readonly present: readonly ImageListed[];
  readonly disk: { readonly capacityBytes: number; readonly availableBytes: number };
  readonly policy: ImageGarbagePolicy;
  readonly now: number;
}

export interface ImageGarbagePlan {
  readonly remove: readonly ImageListed[];
  readonly wantedBytes: number;
  /** As if the images shared nothing. */
  readonly foundBytes: number;
}

/**
 * Which images go when the disk fills up: those that we brought, that nobody has given a name of their own, and that no
 * container uses, the one that was not used for longest first. Source: kubelet pkg/kubelet/images/image_gc_manager.go.
 */
export function planImageGarbage(input: ImageGarbageInput): ImageGarbagePlan {
  const { capacityBytes, availableBytes } = input.disk;
  const { highPercent, lowPercent } = input.policy;
  const usedPercent = 100 - Math.trunc((availableBytes * 100) / capacityBytes);
  if (capacityBytes === 0 || highPercent >= 100 || usedPercent < highPercent)
    return { remove: [], wantedBytes: 0, foundBytes: 0 };
  const wantedBytes = Math.trunc((capacityBytes * (100 - lowPercent)) / 100) - availableBytes;
  const remove: ImageListed[] = [];
  let foundBytes = 0;
  for (const image of removable(input)) {
    if (foundBytes >= wantedBytes) break;
    remove.push(image);
    foundBytes += image.sizeBytes;
  }
  return { remove, wantedBytes, foundBytes };
}

function removable({ now, policy, present, pulled }: ImageGarbageInput): readonly ImageListed[] {
  const byId = new Map(present.map((image) => [image.id, image]));
  return [...pulled]
    .sort((a, b) => a.lastUsedAt - b.lastUsedAt || a.pulledAt - b.pulledAt)
    .filter(({ lastUsedAt, pulledAt }) => now - Math.max(lastUsedAt, pulledAt) >= policy.minimumAgeMs)
    .flatMap((record) => {
      const image = byId.get(record.id);
      return image === undefined || image.inUse || hasOtherNames(image, record) ? [] : [image];
    });
}

/** A tag that is none of ours: somebody wants to keep it. A digest comes with a pull and says nothing. */
function hasOtherNames({ tags }: ImageListed, { references }: PulledImage): boolean {
  const ours = new Set(references.map(canonical));
  return tags.some((tag) => !ours.has(canonical(tag)));
}

/** `busybox:1` and `docker.io/library/busybox:1` are one. */
function canonical(reference: string): string {
  const { digest, repository, tag } = parseImageReference(reference);
  return digest === undefined ? `${repository}:${tag ?? 'latest'}` : `${repository}@${digest}`;
}
