import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import Docker from 'dockerode';

export const IMAGE = 'kubelette.local/busybox:1';
export const docker = new Docker();

export const percentile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
export const median = (values) => percentile(values, 0.5);
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const podOf = (name, spec) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { terminationGracePeriodSeconds: 0, ...spec },
});

export const containerOf = (name, script, more = {}) => ({
  name,
  image: IMAGE,
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', script],
  ...more,
});

/** Looks every few milliseconds. @returns what `look` found */
export async function until(what, look, withinMs = 60_000, everyMs = 3) {
  for (const deadline = performance.now() + withinMs; performance.now() < deadline; await pause(everyMs)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
  }
  throw new Error(`${what}: not within ${withinMs} ms`);
}

/** Does `work` for all, so many at a time. */
export async function atATime(limit, items, work) {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, lane));
}

/** @returns what it wrote. @throws with its last words */
export async function command(file, args, env = {}) {
  const options = { env: { ...process.env, ...env }, maxBuffer: 1 << 30 };
  try {
    return (await promisify(execFile)(file, args, options)).stdout;
  } catch (error) {
    throw new Error(error.stderr?.trim().split('\n').at(-1) || error.message, { cause: error });
  }
}

/** Inspected containers of a pod by the name they have in it, newest last. */
export async function containersOf(pod, name) {
  const label = [`io.kubernetes.pod.uid=${pod.uid}`, `io.kubernetes.container.name=${name}`];
  const rows = await docker.listContainers({ all: true, filters: { label } });
  return Promise.all(rows.reverse().map(({ Id }) => docker.getContainer(Id).inspect()));
}
