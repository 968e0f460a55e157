import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { stringify } from 'yaml';

import { command } from '../support.mjs';

/** Compose with a service that holds the namespaces and others in its network; all pods of a call are one project. */
export async function openCompose({ holder }) {
  const compose = await findCompose();
  const directory = await mkdtemp(join(tmpdir(), 'kubelette-bench-'));
  const call = async (pods, args) => {
    const [{ metadata }] = pods;
    const file = join(directory, `${metadata.name}.yaml`);
    await writeFile(file, stringify({ services: Object.assign({}, ...pods.map((pod) => servicesOf(pod, holder))) }));
    const [program, ...first] = compose;
    await command(program, [...first, '-p', `bench-${metadata.name}`, '-f', file, ...args]);
  };
  return {
    name: compose.join(' '),
    start: (pods) => call(pods, ['up', '-d']),
    remove: (pods) => call(pods, ['down', '-t', `${pods[0].spec.terminationGracePeriodSeconds}`]),
    close: () => rm(directory, { recursive: true }),
  };
}

async function findCompose() {
  for (const words of [['docker', 'compose'], ['docker-compose']]) {
    const [file, ...args] = words;
    if (await command(file, [...args, 'version']).catch(() => undefined)) return words;
  }
  throw new Error('not installed');
}

function servicesOf({ metadata: { name }, spec }, holder) {
  const services = { [name]: { image: holder, command: ['hold'], ipc: 'shareable' } };
  const after = { [name]: { condition: 'service_started' } };
  const add = ({ command: entrypoint, image, name: member }, depends) => {
    const joined = `service:${name}`;
    const service = { image, entrypoint: entrypoint.map((word) => word.replaceAll('$', '$$')) };
    services[`${name}-${member}`] = { ...service, network_mode: joined, ipc: joined, depends_on: { ...depends } };
  };
  for (const init of spec.initContainers ?? []) {
    add(init, after);
    after[`${name}-${init.name}`] = { condition: 'service_completed_successfully' };
  }
  for (const app of spec.containers) add(app, after);
  return services;
}
