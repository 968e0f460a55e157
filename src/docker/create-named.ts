import type Docker from 'dockerode';
import { hasCode, KubeletteError } from '../lib/errors.js';
import type { DockerContext } from './context.js';
import { SETTLE_MS } from './deadline.js';
import type { CreateBody } from './host-config.js';
import { inspectContainer } from './inspect.js';
import { isOwnedBy } from './labels.js';
import { removeContainer } from './remove-container.js';

/** Conflicts that are resolved and come again: somebody else works on the same name. */
const CREATE_ATTEMPTS = 20;
/**
 * The engine reserves a name at the start of a creation and shows the container at its end: a call whose caller left is
 * still at it, for as long as a busy engine takes.
 */
const RESERVED_NAME_WAIT_MS = 100;

export interface NamedContainer {
  readonly id: string;
  /** Present when an earlier creation was adopted instead. */
  readonly adopted?: Docker.ContainerInspectInfo;
}

/**
 * Creates a container under its deterministic name. When the name is taken by ours, either it is `adoptable` (our own
 * earlier creation whose reply was lost) and used, or it is removed and creation is tried again.
 *
 * @throws `Conflict` naming the holder when the name is taken by something that is not ours: never touched
 */
export async function createNamed(
  context: DockerContext,
  name: string,
  body: CreateBody,
  adoptable: (holder: Docker.ContainerInspectInfo) => boolean,
  signal: AbortSignal,
): Promise<NamedContainer> {
  const { engine, ownership, logger } = context;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const created = await engine.call<{ Id: string; Warnings?: readonly string[] | null }>(
        { method: 'POST', path: '/containers/create', query: { name }, body, settleMs: SETTLE_MS },
        signal,
      );
      for (const warning of created.Warnings ?? []) logger.debug({ container: name, warning }, 'engine warning');
      return { id: created.Id };
    } catch (error) {
      if (!hasCode(error, 'Conflict') || attempt === CREATE_ATTEMPTS) throw error;
      const holder = await inspectContainer(engine, name, signal);
      if (holder === undefined) {
        await engine.clock.sleep(RESERVED_NAME_WAIT_MS, signal);
        continue;
      }
      if (!isOwnedBy(holder.Config.Labels, ownership)) throw foreignHolder(name, holder, error);
      if (adoptable(holder)) return { id: holder.Id, adopted: holder };
      await removeContainer(engine, holder.Id, signal);
    }
  }
}

function foreignHolder(name: string, holder: Docker.ContainerInspectInfo, cause: unknown): KubeletteError {
  return new KubeletteError(
    'Conflict',
    `container name "${name}" is held by container ${holder.Id.slice(0, 12)} (image ${holder.Config.Image}), which belongs to somebody else`,
    { cause, details: { holder: holder.Id } },
  );
}
