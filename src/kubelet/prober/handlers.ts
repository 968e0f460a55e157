import { expand } from '../../api/expansion.js';
import type { Container } from '../../api/schema/pod.js';
import { LinkedAbort } from '../../lib/abort.js';
import { atMost } from '../../lib/at-most.js';
import type { Clock } from '../../lib/clock.js';
import { KubeletteError } from '../../lib/errors.js';
import { KUBERNETES_RELEASE } from '../../options.js';
import type { RuntimeStreams } from '../../runtime/streams.js';
import { resolvePort } from '../core/spec/container-port.js';
import type { ProbeTarget } from '../core/probes/probe-targets.js';
import type { Attempt } from './attempt.js';
import { connectDirectly, connectInside, type Connect } from '../http/connect.js';
import { ExecProbe } from './exec.js';
import { probeGrpc } from './grpc.js';
import { probeHttpGet } from './http-get.js';
import { httpRequest } from '../http/request.js';
import { withPatience, type Uncounted } from './patience.js';
import { probeTcpSocket } from './tcp-socket.js';

export interface ProbeTools {
  readonly streams: RuntimeStreams;
  readonly clock: Clock;
  /** How to reach pods: from here, or by way of the sandbox. */
  readonly podNetwork: 'direct' | 'sandbox';
  /** Rejects when the engine does not answer now. */
  readonly engineAnswers: (signal: AbortSignal) => Promise<void>;
  readonly admit: <T>(start: () => Promise<T>) => Promise<T>;
}

/** One attempt. @throws when it says nothing about the container */
export type Handler = (signal: AbortSignal) => Promise<Attempt>;

/** How long one may take to make a connection from inside a pod: the pod's part of that has its own, shorter limit. */
const ENGINE_DIAL_MS = 30_000;
/** An engine that is well takes a few milliseconds. */
const ENGINE_ANSWER_MS = 1_000;
const USER_AGENT = `kube-probe/${KUBERNETES_RELEASE}` as const;

/** What a probe does, for as long as its container instance is there. */
export function probeHandler(target: ProbeTarget, tools: ProbeTools): Handler {
  const { address, container, containerId, probe, sandboxId } = target;
  const { clock, podNetwork, streams } = tools;
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1_000;
  const inside = connectInside(streams, sandboxId, address);
  const bounded =
    (attempt: (connect: Connect, signal: AbortSignal) => Promise<Attempt>): Handler =>
    async (signal) => {
      const outcome = await withPatience(timeoutMs, clock, signal, async (bound, uncounted) =>
        attempt(podNetwork === 'direct' ? connectDirectly : atLeisure(inside, clock, uncounted), bound),
      );
      if (outcome.verdict === 'failure' && podNetwork === 'sandbox') await demandAnswer(tools, signal);
      return outcome;
    };

  const { exec, grpc, httpGet, tcpSocket } = probe;
  if (exec !== undefined) {
    const command = (exec.command ?? []).map((text) => expandLiterals(text, container));
    const commandProbe = new ExecProbe({ ...tools, containerId, command, timeoutMs });
    return async (signal) => commandProbe.attempt(signal);
  }
  if (httpGet !== undefined) {
    return bounded(async (connect, signal) => {
      const port = resolvePort(container, httpGet.port);
      const request = httpRequest(httpGet, given(httpGet.host) ?? address, port, USER_AGENT);
      return probeHttpGet(connect, request, signal);
    });
  }
  if (tcpSocket !== undefined) {
    return bounded(async (connect, signal) => {
      const port = resolvePort(container, tcpSocket.port);
      return probeTcpSocket(connect, given(tcpSocket.host) ?? address, port, signal);
    });
  }
  if (grpc !== undefined) {
    const { port, service = '' } = grpc;
    const check = { host: address, port, service, userAgent: USER_AGENT, timeoutMs };
    return bounded(async (connect, signal) => probeGrpc(connect, check, clock, signal));
  }
  return async () => Promise.reject(new Error('missing probe handler'));
}

/** A connection by way of the engine, whose time is not the container's. */
const atLeisure =
  (connect: Connect, clock: Clock, uncounted: Uncounted): Connect =>
  async (host, port, signal) =>
    uncounted(async () => {
      const bounded = new LinkedAbort(signal);
      const connecting = connect(host, port, bounded.signal);
      if (await atMost(ENGINE_DIAL_MS, connecting, clock, signal)) return connecting;
      bounded.abort();
      connecting.catch(() => undefined);
      throw silentEngine();
    });

/** The way to the pod is through the engine: while that is away or hangs, nothing is heard of a pod that is well. */
async function demandAnswer({ clock, engineAnswers }: ProbeTools, signal: AbortSignal): Promise<void> {
  const bounded = new LinkedAbort(signal);
  try {
    const answer = engineAnswers(bounded.signal);
    if (await atMost(ENGINE_ANSWER_MS, answer, clock, signal)) return;
  } finally {
    bounded.abort();
  }
  throw silentEngine();
}

const silentEngine = (): KubeletteError =>
  new KubeletteError('Unavailable', 'the Docker engine, by way of which the pod is reached, does not answer');

const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

/**
 * `$(NAME)` of variables with a literal value; those with a source are empty here, and others stay as they are written.
 * Source: kubelet ExpandContainerCommandOnlyStatic.
 */
function expandLiterals(text: string, { env = [] }: Container): string {
  const values = new Map(env.map(({ name, value }) => [name, value ?? '']));
  return expand(text, (name) => values.get(name));
}
