import { WebSocket } from 'ws';

import { pause, until } from '../support.mjs';

const SETTLE_MS = 100;

/**
 * What lives in an agent after its garbage was collected: memory in MB and what keeps its event loop busy, by name. Asked
 * through Node's own debugger, which listens only from the first question on; the agent has no door of its own for it.
 */
export async function livingIn(agent) {
  const session = await openSession(agent);
  try {
    for (let round = 0; round < 3; round += 1) {
      await session.ask('HeapProfiler.collectGarbage');
      await pause(SETTLE_MS);
    }
    const { heapUsed, external, arrayBuffers, rss } = await session.evaluate('process.memoryUsage()');
    const resources = await session.evaluate('process.getActiveResourcesInfo()');
    const counts = {};
    for (const name of resources) counts[name] = (counts[name] ?? 0) + 1;
    const megabytes = (bytes) => bytes / 1_048_576;
    return {
      heap: megabytes(heapUsed),
      buffers: megabytes(external + arrayBuffers),
      resident: megabytes(rss),
      // Its own connection to whoever asks is one.
      resources: counts,
    };
  } finally {
    session.close();
  }
}

async function openSession(agent) {
  const address = () => /^Debugger listening on (ws:\S+)/m.exec(agent.errors)?.[1];
  if (address() === undefined) agent.signal('SIGUSR1');
  const socket = new WebSocket(await until('the debugger', address), { perMessageDeflate: false });
  const waiting = new Map();
  let last = 0;
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('message', (text) => {
    const { id, result, error } = JSON.parse(text);
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error === undefined) resolve?.(result);
    else reject?.(new Error(error.message));
  });
  const ask = (method, params = {}) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  return {
    ask,
    evaluate: async (expression) => (await ask('Runtime.evaluate', { expression, returnByValue: true })).result.value,
    close: () => socket.terminate(),
  };
}
