import type { Container, ContainerState, ContainerStatus, Pod } from '../../../api/schema/pod.js';
import { longTime, none, type Description } from './description.js';
import { describeEnvironment } from './environment.js';
import { probeText } from './probe-text.js';
import { describeResources } from './resources.js';

/** The containers of one kind, each with what became of it. */
export function describeContainers(
  to: Description,
  heading: string,
  containers: readonly Container[],
  statuses: readonly ContainerStatus[] | undefined,
  pod: Pod,
): void {
  to.line(0, `${heading}:${containers.length === 0 ? ' <none>' : ''}`);
  for (const container of containers) {
    const status = statuses?.find(({ name }) => name === container.name);
    describeWhat(to, container, status);
    describeWords(to, 'Command', container.command ?? []);
    describeWords(to, 'Args', container.args ?? []);
    if (status !== undefined) describeStatus(to, status);
    describeResources(to, 2, container.resources ?? {});
    for (const [name, probe] of [
      ['Liveness', container.livenessProbe],
      ['Readiness', container.readinessProbe],
      ['Startup', container.startupProbe],
    ] as const)
      if (probe !== undefined) to.field(2, name, probeText(probe));
    describeEnvironment(to, container, pod);
    describeMounts(to, container);
  }
}

function describeWhat(to: Description, container: Container, status: ContainerStatus | undefined): void {
  to.line(1, `${container.name}:`);
  if (status !== undefined) to.field(2, 'Container ID', status.containerID);
  to.field(2, 'Image', container.image);
  if (status !== undefined) to.field(2, 'Image ID', status.imageID);
  describePorts(to, 'Port', container, 'containerPort');
  describePorts(to, 'Host Port', container, 'hostPort');
  const seccomp = container.securityContext?.seccompProfile;
  if (seccomp === undefined) return;
  to.field(2, 'SeccompProfile', seccomp.type);
  if (seccomp.type === 'Localhost') to.field(3, 'LocalhostProfile', seccomp.localhostProfile);
}

function describePorts(
  to: Description,
  label: string,
  { ports = [] }: Container,
  which: 'containerPort' | 'hostPort',
): void {
  const texts = ports.map((port) => {
    const name = port.name === undefined || port.name === '' ? '' : ` (${port.name})`;
    return `${port[which] ?? 0}/${port.protocol ?? ''}${name}`;
  });
  to.field(2, texts.length > 1 ? `${label}s` : label, none(texts.join(', ')));
}

/** Each on lines of its own. */
function describeWords(to: Description, heading: string, words: readonly string[]): void {
  if (words.length > 0) to.line(2, `${heading}:`);
  for (const line of words.flatMap((word) => word.split('\n'))) to.line(3, line);
}

function describeStatus(to: Description, { lastState, ready, restartCount, state }: ContainerStatus): void {
  describeState(to, 'State', state ?? {});
  if (lastState?.terminated !== undefined) describeState(to, 'Last State', lastState);
  to.field(2, 'Ready', ready ? 'True' : 'False');
  to.field(2, 'Restart Count', restartCount);
}

function describeState(to: Description, name: string, { running, terminated, waiting }: ContainerState): void {
  const given = (field: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') to.field(3, field, value);
  };
  if (running !== undefined) {
    to.field(2, name, 'Running');
    to.field(3, 'Started', longTime(running.startedAt));
  } else if (terminated !== undefined && waiting === undefined) {
    to.field(2, name, 'Terminated');
    given('Reason', terminated.reason);
    given('Message', terminated.message);
    to.field(3, 'Exit Code', terminated.exitCode);
    if ((terminated.signal ?? 0) > 0) to.field(3, 'Signal', terminated.signal);
    to.field(3, 'Started', longTime(terminated.startedAt));
    to.field(3, 'Finished', longTime(terminated.finishedAt));
  } else {
    to.field(2, name, 'Waiting');
    given('Reason', waiting?.reason);
  }
}

function describeMounts(to: Description, { volumeDevices = [], volumeMounts = [] }: Container): void {
  const byPath = <T>(list: readonly T[], path: (one: T) => string): T[] =>
    [...list].sort((a, b) => (path(a) < path(b) ? -1 : 1));
  if (volumeMounts.length === 0) to.field(2, 'Mounts', '<none>');
  else to.line(2, 'Mounts:');
  for (const { mountPath, name, readOnly, subPath = '' } of byPath(volumeMounts, (mount) => mount.mountPath)) {
    const how = `${readOnly === true ? 'ro' : 'rw'}${subPath === '' ? '' : `,path=${JSON.stringify(subPath)}`}`;
    to.line(3, `${mountPath} from ${name} (${how})`);
  }
  if (volumeDevices.length > 0) to.line(2, 'Devices:');
  for (const { devicePath, name } of byPath(volumeDevices, (device) => device.devicePath))
    to.line(3, `${devicePath} from ${name}`);
}
