import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { stringify } from 'yaml';

import { command, docker, IMAGE } from '../support.mjs';

const CAP_SYS_RESOURCE = 24n;

/** `podman kube play` with storage, networks and settings of its own: nothing of the user's podman is touched. */
export async function openPodman() {
  await command('podman', ['--version']).catch(() => {
    throw new Error('not installed');
  });
  const directory = await mkdtemp(join(tmpdir(), 'kubelette-bench-'));
  const env = { CONTAINERS_CONF: join(directory, 'containers.conf') };
  const places = ['--root', 'storage', '--runroot', 'run', '--tmpdir', 'tmp'];
  const podman = (...args) =>
    command('podman', [...places.map((word) => (word.startsWith('--') ? word : join(directory, word))), ...args], env);
  await mkdir(join(directory, 'networks'));
  await writeFile(env.CONTAINERS_CONF, await settings(directory));
  await copyImage(podman, join(directory, 'image.tar'));
  const play = async (verb, pods) => {
    const file = join(directory, `${pods[0].metadata.name}.yaml`);
    await writeFile(file, pods.map((pod) => stringify(pod)).join('---\n'));
    await podman('kube', verb, file);
  };
  return {
    name: 'podman kube',
    podman,
    start: (pods) => play('play', pods),
    remove: (pods) => play('down', pods),
    async close() {
      await podman('system', 'reset', '-f');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Podman raises the limits of every container, which takes a right that machines in a sandbox lack: then it is not asked to. */
async function settings(directory) {
  const lines = ['[network]', `network_config_dir = "${directory}/networks"`];
  const [, capabilities] = /^CapEff:\s*(\w+)/m.exec(await readFile('/proc/self/status', 'utf8'));
  if ((BigInt(`0x${capabilities}`) >> CAP_SYS_RESOURCE) & 1n) return lines.join('\n');
  const runtime = join(directory, 'runtime');
  const script = [
    '#!/bin/sh',
    'for word; do',
    '  [ "$last" = --bundle ] && sed -i \'s/"rlimits":\\[[^]]*\\]/"rlimits":[]/\' "$word/config.json"; last=$word',
    'done',
    'exec runc "$@"',
  ];
  await writeFile(runtime, `${script.join('\n')}\n`, { mode: 0o755 });
  return ['[engine]', 'runtime = "bench"', '[engine.runtimes]', `bench = ["${runtime}"]`, ...lines].join('\n');
}

async function copyImage(podman, file) {
  const tar = await docker.getImage(IMAGE).get();
  await writeFile(file, tar);
  await podman('load', '-q', '-i', file);
  await rm(file);
}
