/**
 * A socket before the Docker engine that passes nothing on for some seconds now and then, in neither direction, as an engine
 * on a busy machine does. For trying tests: see docs/testing.md.
 *
 * node scripts/silent-engine.mjs SOCKET [SECONDS]      silent for so long (7), every 6 to 16 seconds
 */
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [path = '', seconds = '7'] = process.argv.slice(2);
if (path === '') throw new Error('which socket? node scripts/silent-engine.mjs SOCKET [SECONDS]');
const engine = (process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace('unix://', '');

/** Both ends of every connection. @type {Set<import('node:net').Socket>} */
const sockets = new Set();
let silent = false;

/** @param {import('node:net').Socket} from @param {import('node:net').Socket} to */
function pass(from, to) {
  sockets.add(from);
  from
    .on('data', (bytes) => {
      if (to.write(bytes)) return;
      from.pause();
      to.once('drain', () => silent || from.resume());
    })
    .on('end', () => to.end())
    .on('error', () => to.destroy())
    .on('close', () => sockets.delete(from));
  if (silent) from.pause();
}

rmSync(path, { force: true });
createServer({ allowHalfOpen: true }, (client) => {
  const onward = connect({ path: engine, allowHalfOpen: true });
  pass(client, onward);
  pass(onward, client);
}).listen(path, () => process.stdout.write(`DOCKER_HOST=unix://${path}\n`));

for (;;) {
  await sleep(6_000 + Math.random() * 10_000);
  silent = true;
  for (const socket of sockets) socket.pause();
  await sleep(Number(seconds) * (600 + Math.random() * 800));
  silent = false;
  for (const socket of sockets) socket.resume();
}
