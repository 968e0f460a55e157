import type { KubeObject } from '../../api/schema/meta.js';
import { isAbort } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import { errorMessage, hasCode } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import type { HostService } from '../../runtime/host.js';
import type { ImageListed, ImageService } from '../../runtime/runtime.js';
import { planImageGarbage, type ImageGarbagePolicy } from '../core/images/image-garbage.js';
import type { EventSink } from '../events/event-sink.js';
import type { PulledImages } from './pulled-images.js';

interface ImageCollectorOptions {
  readonly images: ImageService;
  readonly host: Pick<HostService, 'info'>;
  readonly pulled: PulledImages;
  readonly policy: ImageGarbagePolicy;
  readonly nodeName: string;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Source: kubelet ImageGCPeriod. */
const PERIOD_MS = 300_000;

/** Removes images that this agent has pulled when the disk fills up, and none of anybody else. Off when the policy is. */
export async function runImageCollector(options: ImageCollectorOptions, signal: AbortSignal): Promise<void> {
  const { clock, logger, policy } = options;
  if (policy.highPercent >= 100) return;
  while (!signal.aborted) {
    try {
      await collectImages(options, signal);
    } catch (error) {
      if (isAbort(error, signal)) return;
      logger.warn({ error: errorMessage(error) }, 'image garbage collection failed, will be done again');
    }
    try {
      await clock.sleep(PERIOD_MS, signal);
    } catch {
      return;
    }
  }
}

async function collectImages(options: ImageCollectorOptions, signal: AbortSignal): Promise<void> {
  const { clock, host, images, logger, policy, pulled } = options;
  const [present, { disk }] = await Promise.all([images.list(signal), host.info(signal)]);
  await pulled.seen(idsOf(present.filter(({ inUse }) => inUse)), idsOf(present));
  if (disk === undefined) {
    logger.debug('the disk of the engine cannot be seen from here: images stay');
    return;
  }
  if (disk.capacityBytes === 0) {
    warn(options, 'InvalidDiskCapacity', 'invalid capacity 0 on image filesystem');
    return;
  }
  const plan = planImageGarbage({ pulled: await pulled.list(), present, disk, policy, now: clock.now() });
  let removedBytes = 0;
  for (const image of plan.remove) if (await remove(options, image, signal)) removedBytes += image.sizeBytes;
  if (removedBytes >= plan.wantedBytes) return;
  const text = `Failed to garbage collect required amount of images. Attempted to free ${plan.wantedBytes} bytes, but only found ${removedBytes} bytes eligible to free.`;
  warn(options, 'FreeDiskSpaceFailed', text);
}

/** @returns false when something has begun to use it */
async function remove(
  { images, logger }: ImageCollectorOptions,
  image: ImageListed,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    // By name, so that a name which somebody gives it this moment keeps it.
    for (const name of [...image.tags, ...image.digests]) await images.remove(name, signal);
  } catch (error) {
    if (!hasCode(error, 'Conflict')) throw error;
    return false;
  }
  logger.info({ image: image.tags[0] ?? image.digests[0] ?? image.id, bytes: image.sizeBytes }, 'removed unused image');
  return true;
}

/** The kubelet names the node in its events by a uid that is the name. */
function warn({ events, nodeName }: ImageCollectorOptions, reason: string, message: string): void {
  const about: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, uid: nodeName } };
  events.event(about, 'Warning', reason, message);
}

const idsOf = (images: readonly ImageListed[]): ReadonlySet<string> => new Set(images.map(({ id }) => id));
