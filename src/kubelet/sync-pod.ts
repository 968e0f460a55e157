import { errorMessage, hasCode } from '../lib/errors.js';
import type { Container, Pod } from '../api/schema/pod.js';
import { ContainerKiller } from './container-killer.js';
import { ContainerStarter } from './container-starter.js';
import { demandSecurity } from './core/spec/demand-security.js';
import { dnsFile } from './core/spec/dns-file.js';
import { fieldPath } from './core/spec/container-path.js';
import { podIdentity } from './core/view/pod-identity.js';
import { buildSandboxSpec } from './core/spec/sandbox-spec.js';
import type { Executors } from './execute.js';
import { finishPodDeletion } from './pod-deletion.js';
import type { SyncContext, SyncPorts } from './sync-ports.js';

const allContainers = ({ spec }: Pod): readonly Container[] => [...(spec.initContainers ?? []), ...spec.containers];

/** How long removal of a container waits for the rest of its log. */
const LOG_DRAIN_MS = 10_000;

export function podExecutors(ports: SyncPorts, context: SyncContext): Executors {
  const { clock, events, logs, messages, runtime, store, volumes } = ports;
  const { pod } = context;
  const identity = podIdentity(pod);
  const killer = new ContainerKiller(ports, context);
  const starter = new ContainerStarter(ports, context, killer);
  return {
    killContainer: (action, signal) => killer.kill(action, signal),
    async resizeContainer({ containerKind, id, name, resources }, signal) {
      try {
        await runtime.updateContainer(id, resources, signal);
      } catch (error) {
        if (!signal.aborted && !hasCode(error, 'Unavailable')) {
          const text = `Pod resize error: ${errorMessage(error)}`;
          events.event(pod, 'Warning', 'ResizeError', text, fieldPath(containerKind, name));
        }
        throw error;
      }
      const changed = allContainers(pod).filter((container) => container.name === name);
      const summary = {
        containers: changed.map((container) => ({ name, resources: container.resources })),
        generation: pod.metadata.generation,
      };
      events.event(pod, 'Normal', 'ResizeCompleted', `Pod resize completed: ${JSON.stringify(summary)}`);
    },
    async removeContainer({ attempt, id, name }, signal) {
      await logs.drained(id, LOG_DRAIN_MS, signal);
      await runtime.removeContainer(id, signal);
      await logs.removeInstance({ pod: identity, container: name, attempt }, id);
      if (context.preStops.has(id)) await ports.preStopRecords.forget(identity.uid, id);
      context.announcedKills.delete(id);
    },
    async createSandbox({ attempt, replaces }, signal) {
      if (replaces) {
        events.event(pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
      }
      // What is missing is told in events of its own.
      const planned = await ports.volumeManager.prepare(pod, signal);
      try {
        demandSecurity(pod, ports.engine);
        const parts = buildSandboxSpec(pod, attempt, ports.resolver);
        for (const text of dnsFile(pod, ports.resolver)?.omitted ?? [])
          events.event(pod, 'Warning', 'DNSConfigForming', text);
        const spec = { ...parts, volumes: planned.map(({ sandbox }) => sandbox) };
        await runtime.runSandbox(spec, signal, async (id) => {
          await Promise.all(context.firstStarts.map(async (start) => starter.prepare(start, id, signal)));
        });
      } catch (error) {
        if (!signal.aborted && !hasCode(error, 'Unavailable')) {
          const text = `Failed to create pod sandbox: ${errorMessage(error)}`;
          events.event(pod, 'Warning', 'FailedCreatePodSandBox', text);
        }
        throw error;
      }
    },
    stopSandbox: ({ id }, signal) => runtime.stopSandbox(id, signal),
    removeSandbox: ({ id }, signal) => runtime.removeSandbox(id, signal),
    startContainer: (action, signal) => starter.start(action, signal),
    async forgetPod(_action, signal) {
      const owned = (await volumes.list(signal)).filter(({ podUid }) => podUid === identity.uid);
      await Promise.all(owned.map(({ name }) => volumes.remove(name, signal)));
      await logs.removePod(identity);
      await messages.forgetPod(identity.uid);
      ports.images.forget(identity.uid);
      ports.prober.forget(identity.uid);
      ports.volumeManager.forget(identity.uid);
      finishPodDeletion(store, clock, identity);
    },
  };
}
