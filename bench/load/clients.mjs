import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { atEnd } from '../endings.mjs';

/**
 * Clients in a process of their own, so that neither their work nor their memory is the agent's or ours. The script calls
 * `answer` with functions by name.
 *
 * @returns has each of them, to be called with one plain argument
 */
export async function openClients(script) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map();
  let last = 0;
  child.on('message', ({ id, result, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(result);
    else reject(new Error(error));
  });
  child.once('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the clients ended with ${code}`));
  });
  const call = (name, argument) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      child.send({ id: last, name, argument });
    });
  const close = atEnd(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  return { pid: child.pid, call, close };
}

/** The other side of it. */
export function answer(functions) {
  process.on('message', async ({ id, name, argument }) => {
    try {
      process.send({ id, result: await functions[name](argument) });
    } catch (error) {
      process.send({ id, error: error.message });
    }
  });
  process.on('disconnect', () => process.exit());
  // Ctrl-C is for whoever started this.
  process.on('SIGINT', () => undefined);
}
