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
 * @throws `Unavailable` when that one has run to its end, or one of another spec was started: the caller acts on a listing that is
 * out of date, and to run it once more, to forget its end or to take away without grace what runs would be wrong
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
      if (labels?.role !== 'container') return false;
      const isSame =
        labels.specHash === spec.specHash &&
        // Of one created before its sandbox ran: whatever it joined, a look tells it apart.
        [spec.sandbox.instance, spec.sandbox.id].includes(labels.sandboxInstance);
      if (State.Status === 'exited' || (State.Running && !isSame)) throw unseen(spec);
      return isSame && (State.Running || (State.Status === 'created' && State.ExitCode === 0));
    },
    signal,
  );
  return id;
}

const unseen = ({ attempt, name, pod }: ContainerSpec): KubeletteError =>
  new KubeletteError(
    'Unavailable',
    `container ${name} of pod ${pod.namespace}/${pod.name} was started as attempt ${attempt} already, which the engine did not list`,
  );
