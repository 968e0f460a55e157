import diagnostics from 'node:diagnostics_channel';

import { Kubelette } from '../../dist/index.js';
import { containerOf, podOf } from '../support.mjs';

/** What the agent asks of the engine from the order of a pod to its readiness: when, and how long the answer takes. */
export async function run({ quick }) {
  const node = await Kubelette.start();
  const rows = [];
  try {
    for (const count of quick ? [1] : [1, 3]) {
      const containers = Array.from({ length: count }, (_, index) =>
        containerOf(`app-${index}`, 'trap "exit 0" TERM; sleep 100000 & wait'),
      );
      for (const round of ['cold', 'warm']) {
        const calls = await record(async () => {
          const pod = await node.apply(
            podOf(`timeline-${count}-${round}`, { containers, terminationGracePeriodSeconds: 5 }),
          );
          await pod.ready();
          return pod;
        });
        if (round === 'warm') rows.push(...calls);
      }
    }
  } finally {
    await node.stop();
  }
  return rows;
}

async function record(work) {
  const began = performance.now();
  const calls = new Map();
  const onStart = ({ request }) => calls.set(request, { at: performance.now() - began });
  const onAnswer = ({ request }) => {
    const call = calls.get(request);
    if (call !== undefined) call.answered = performance.now() - began;
  };
  diagnostics.subscribe('http.client.request.start', onStart);
  diagnostics.subscribe('http.client.response.finish', onAnswer);
  const pod = await work();
  const ready = performance.now() - began;
  diagnostics.unsubscribe('http.client.request.start', onStart);
  diagnostics.unsubscribe('http.client.response.finish', onAnswer);
  await pod.delete();
  const lines = [...calls].map(([{ method, path }, { answered, at }]) => ({
    figure: `${at.toFixed(0).padStart(5)} ${method.padEnd(4)} ${shorten(path)}`,
    value: answered === undefined ? 'open' : answered - at,
    unit: 'ms',
  }));
  return [...lines, { figure: `${ready.toFixed(0).padStart(5)} ready (${pod.name})`, value: ready, unit: 'ms' }];
}

const shorten = (path) =>
  decodeURIComponent(path.replace(/\?.*/, ''))
    .replace(/^\/v[\d.]+/, '')
    .replace(/[0-9a-f]{64}/g, (id) => id.slice(0, 12));
