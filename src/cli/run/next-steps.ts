import type { Pod } from '../../api/schema/pod.js';

/**
 * Three commands to copy that work while these pods run: the proof of shared namespaces, what the engine sees, and
 * a request to a pod that serves. What has no pod to show it on is left out.
 *
 * @param program how this command line was called, for example `node dist/cli.cjs`
 */
export function nextSteps(pods: readonly Pod[], program: string): readonly string[] {
  const running = pods.filter((pod) => pod.status?.phase === 'Running');
  const several = running.filter((pod) => pod.spec.containers.length > 1);
  // Where process namespaces are private there is a difference to be seen.
  const shared = several.find((pod) => pod.spec.shareProcessNamespace !== true) ?? several[0] ?? running[0];
  const served = running.map(serverUrl).find((url) => url !== undefined);
  return [
    ...(shared === undefined ? [] : [`${program} namespaces ${shared.metadata.name}${namespaceFlag(shared)}`]),
    ...(shared === undefined ? [] : [`docker ps --filter label=io.kubernetes.pod.name=${shared.metadata.name}`]),
    ...(served === undefined ? [] : [`curl ${served}`]),
  ];
}

/** How the user called us, so that what we print can be pasted. */
export function programName(script: string | undefined, cwd: string): string {
  if (script?.endsWith('.cjs') !== true) return 'kubelette';
  return `node ${script.startsWith(`${cwd}/`) ? script.slice(cwd.length + 1) : script}`;
}

const namespaceFlag = (pod: Pod): string => {
  const namespace = pod.metadata.namespace ?? 'default';
  return namespace === 'default' ? '' : ` -n ${namespace}`;
};

/** Of a pod with a declared TCP port that looks like HTTP. */
function serverUrl(pod: Pod): string | undefined {
  const ip = pod.status?.podIP;
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  const port = ports.find(({ name, containerPort }) => name === 'http' || containerPort === 80)?.containerPort;
  if (ip === undefined || port === undefined) return undefined;
  return `http://${ip}${port === 80 ? '' : `:${port}`}/`;
}
