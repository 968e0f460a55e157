import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';

import { compare, rowsOf } from '../compare.mjs';
import { openKubelette } from '../contenders/kubelette.mjs';
import { containerOf, docker, IMAGE, podOf } from '../support.mjs';

const writes = (lines) => `awk 'BEGIN { for (i = 1; i <= ${lines}; i++) print i, "${'x'.repeat(90)}" }'; sleep 100000`;

/**
 * Lines as fast as a container can write them, followed from the outside: from the first one to the last. All of them
 * have to come, each once and in order.
 */
export async function run({ quick, rounds = quick ? 1 : 3 }) {
  const lines = quick ? 50_000 : 200_000;
  const ours = await openKubelette();
  const contenders = [
    { name: 'kubelette', follow: (use) => followPod(ours.node, writes(lines), use) },
    { name: 'engine API', follow: (use) => withContainer(writes(lines), (container) => followApi(container, use)) },
    { name: 'docker CLI', follow: (use) => withContainer(writes(lines), ({ id }) => followCli(id, use)) },
  ];
  try {
    const took = await compare(contenders, rounds, async ({ follow }) => {
      let ms;
      await follow(async (stream) => (ms = await readAll(stream, lines)));
      return ms;
    });
    return rowsOf(`${lines} log lines of 96 bytes`, took).map((row) => ({
      ...row,
      note: `${Math.round(lines / row.value)} lines per ms, all there and in order`,
    }));
  } finally {
    await ours.close();
  }
}

/** @returns ms from the first line to the last. @throws when one is missing, doubled or out of order */
async function readAll(stream, lines) {
  let [began, expected] = [0, 1];
  for await (const line of stream) {
    if (expected === 1) began = performance.now();
    const number = Number(line.slice(0, line.indexOf(' ')));
    if (number !== expected) throw new Error(`line ${expected} expected, got ${number}`);
    expected += 1;
    if (number === lines) return performance.now() - began;
  }
  throw new Error(`the log ended before line ${expected}`);
}

async function followPod(node, script, use) {
  const pod = await node.apply(podOf('logs', { containers: [containerOf('app', script)] }));
  await pod.ready();
  await use(pod.logs({ follow: true }));
  await pod.delete();
}

async function withContainer(script, use) {
  const container = await docker.createContainer({ Image: IMAGE, Entrypoint: ['sh', '-c', script] });
  try {
    await container.start();
    await use(container);
  } finally {
    await container.remove({ force: true });
  }
}

async function followApi(container, use) {
  const stream = await container.logs({ follow: true, stdout: true, stderr: true });
  const text = new PassThrough();
  container.modem.demuxStream(stream, text, text);
  await use(createInterface({ input: text }));
  stream.destroy();
}

async function followCli(id, use) {
  const child = spawn('docker', ['logs', '-f', id], { stdio: ['ignore', 'pipe', 'ignore'] });
  await use(createInterface({ input: child.stdout }));
  child.kill();
}
