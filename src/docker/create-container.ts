import { KubeletteError } from '../lib/errors.js';
import type { ContainerSpec } from '../runtime/specs.js';
import type { DockerContext } from './context.js';
import { createNamed } from './create-named.js';
import { containerCreateBody } from './host-config.js';
import { containerLabels, parsePodLabels } from './labels.js';
import { withMountPoints } from './mount-points.js';
import { containerName } from './names.js';

/**
 * Creates the container, or adopts the one of the same name that was made from the same spec for the same sandbox and
 * has not ended. Does not start it.
 *
 * @returns its id
 * @throws `Unavailable` when that one has run to its end: the caller acts on a listing that is out of date, and running it
 * once more would be wrong
 */
export async function createContainer(
  context: DockerContext,
  spec: ContainerSpec,
  signal: AbortSignal,
): Promise<string> {
  const { engine, ownership } = context;
  const mounts = await withMountPoints(engine, spec.mounts, signal);
  const body = containerCreateBody(
    { ...spec, mounts },
    { facts: engine.facts, labels: containerLabels(spec, ownership) },
  );
  const { id } = await createNamed(
    context,
    containerName(spec.pod, spec.name, spec.attempt),
    body,
    ({ State, Config }) => {
      const labels = parsePodLabels(Config.Labels);
      const isSame =
        labels?.role === 'container' &&
        labels.specHash === spec.specHash &&
        // Of one created before its sandbox ran: whatever it joined, a look tells it apart.
        [spec.sandbox.instance, spec.sandbox.id].includes(labels.sandboxInstance);
      if (isSame && State.Status === 'exited') throw unseen(spec);
      return isSame && (State.Running || (State.Status === 'created' && State.ExitCode === 0));
    },
    signal,
  );
  return id;
}

const unseen = ({ attempt, name, pod }: ContainerSpec): KubeletteError =>
  new KubeletteError(
    'Unavailable',
    `container ${name} of pod ${pod.namespace}/${pod.name} has run as attempt ${attempt} already, which the engine did not list`,
  );
