import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { docker } from '../support.mjs';

/** What a node has on the engine, by name. */
export async function engineObjects({ nodeName }) {
  const filters = { label: [`dev.kubelette.node=${nodeName}`] };
  const [containers, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listVolumes({ filters }),
  ]);
  return [...containers.map(({ Names }) => Names[0]), ...(volumes ?? []).map(({ Name }) => Name)].sort();
}

/** Everything below its data directory that belongs to pods. */
export async function podFiles({ dataDir }) {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => relative(dataDir, join(entry.parentPath, entry.name)))
    .filter((path) => /^(pods|logs\/(pods|containers))\//.test(path))
    .sort();
}
/** How much of each kind there is on the whole engine. */
export async function engineCounts() {
  const [containers, { Volumes: volumes }, networks, images] = await Promise.all([
    docker.listContainers({ all: true }),
    docker.listVolumes(),
    docker.listNetworks(),
    docker.listImages({ all: true }),
  ]);
  return {
    containers: containers.length,
    volumes: volumes?.length ?? 0,
    networks: networks.length,
    images: images.length,
  };
}
