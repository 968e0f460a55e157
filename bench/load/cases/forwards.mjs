import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

import { atEnd } from '../../endings.mjs';
import { KUBECTL, openKubectl } from '../../kubectl.mjs';
import { mustBe } from '../../report.mjs';
import { atATime, containerOf, docker, percentile, until } from '../../support.mjs';
import { allReady, createPods, loadPod, measured, withAgent } from '../agent-under-load.mjs';
import { livingIn } from '../inspector.mjs';

const POD = 'forwarded';
const PORT = 8080;
const CONNECTIONS_AT_A_TIME = 8;
const WITHIN_MS = 60_000;

/** Connections through `kubectl port-forward` to a server in a pod that says back what it hears, one after the other. */
export function run({ quick, rounds: connections = quick ? 40 : 10_000 }) {
  return withAgent(async (agent, api) => {
    const kubectl = await openKubectl(agent);
    await createPods(api, [loadPod(POD, [echo])]);
    await allReady(api, 1);
    const forwarding = await startForwarding(agent);
    try {
      // The first ones make what stays: a session, a stream, what is loaded on the way.
      const warm = await everyOneAnswered(forwarding.port, quick ? CONNECTIONS_AT_A_TIME : 200);
      const before = await costs(agent);
      const used = await measured(agent, () => everyOneAnswered(forwarding.port, connections));
      const after = await settled(agent, before);
      const { times, wrong } = used.result;
      return [
        { figure: `${connections} connections, ${CONNECTIONS_AT_A_TIME} at a time`, value: used.seconds, unit: 's' },
        {
          figure: 'from its opening to the whole answer, p50, p99',
          value: [0.5, 0.99].map((share) => percentile(times, share).toFixed(0)).join(', '),
          unit: 'ms',
        },
        { figure: 'CPU of the agent for each', value: (used.cpuSeconds * 1_000) / connections, unit: 'ms' },
        { figure: 'peak of its memory', value: used.after.peakMegabytes, unit: 'MB' },
        {
          figure: 'its heap before and after',
          value: `${before.heap.toFixed(1)}, ${after.heap.toFixed(1)}`,
          unit: 'MB',
        },
        mustBe('every connection was answered right', [...warm.wrong, ...wrong]),
        mustBe(
          'the agent has as many descriptors as before',
          sameOrLess('descriptors', before, after),
          `${before.descriptors}, ${after.descriptors}`,
        ),
        mustBe('and keeps nothing of them', grewBy(after.heap - before.heap, connections)),
        mustBe(
          'the sandbox has as many processes as before',
          sameOrLess('processes', before, after),
          `${before.processes}, ${after.processes}`,
        ),
        mustBe(
          'the pod still answers',
          (await kubectl('exec', POD, '--', 'echo', 'here')) === 'here\n' ? [] : ['it does not'],
        ),
      ];
    } finally {
      await forwarding.close();
    }
  });
}

const echo = containerOf('app', `nc -ll -p ${PORT} -e cat & trap "exit 0" TERM; wait`);

async function startForwarding({ kubeconfig }) {
  const child = spawn(KUBECTL, ['port-forward', POD, `:${PORT}`], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Each connection is a line.
  let output = '';
  child.stdout.on('data', (chunk) => (output = (output + chunk).slice(0, 1_000)));
  child.stderr.on('data', (chunk) => process.stderr.write(chunk));
  const close = atEnd(async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await ended;
  });
  const [, port] = await until('kubectl forwards', () => /127\.0\.0\.1:(\d+)/.exec(output) ?? false);
  return { port: Number(port), close };
}

async function everyOneAnswered(port, connections) {
  const [times, wrong] = [[], []];
  await atATime(
    CONNECTIONS_AT_A_TIME,
    Array.from({ length: connections }, (_, index) => index),
    async (index) => {
      const said = `connection ${index}\n`;
      const began = performance.now();
      const heard = await exchange(port, said).catch((error) => error.message);
      times.push(performance.now() - began);
      if (heard !== said) wrong.push(`${index}: ${JSON.stringify(heard)}`);
    },
  );
  return { times, wrong };
}

/** Says something, ends its side, and hears the other to its end. */
async function exchange(port, said) {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.setTimeout(WITHIN_MS, () => socket.destroy(new Error('no answer')));
  socket.end(said);
  let heard = '';
  for await (const bytes of socket) heard += bytes;
  return heard;
}

async function costs(agent) {
  const { heap } = await livingIn(agent);
  const { descriptors } = await agent.usage();
  const label = [`dev.kubelette.node=${agent.nodeName}`, 'io.kubernetes.container.name=POD'];
  const [{ Id }] = await docker.listContainers({ filters: { label } });
  const { Processes } = await docker.getContainer(Id).top();
  return { heap, descriptors, processes: Processes.length };
}

/** What ended a moment ago may take another to be gone. */
async function settled(agent, before) {
  let now;
  const asBefore = async () => {
    now = await costs(agent);
    return now.descriptors <= before.descriptors && now.processes <= before.processes;
  };
  await until('everything is gone', asBefore, 30_000, 500).catch(() => undefined);
  return now;
}

const sameOrLess = (what, before, after) =>
  after[what] <= before[what] ? [] : [`${before[what]} before, ${after[what]} after`];

/** A hundred bytes for each are a leak; less than two megabytes in all are what has been compiled meanwhile. */
const grewBy = (megabytes, connections) =>
  megabytes < 2 + connections / 10_486 ? [] : [`the heap grew by ${megabytes.toFixed(1)} MB`];
