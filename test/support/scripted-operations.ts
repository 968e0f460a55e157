import { PassThrough, type Duplex } from 'node:stream';
import type { Pod } from '../../src/api/schema/pod.js';
import type { ContainerTarget, PodOperations } from '../../src/kubelet/pod-operations.js';
import { KubeletteError } from '../../src/lib/errors.js';
import { silentLogger } from '../../src/lib/logger.js';
import type { ExecRequest } from '../../src/runtime/streams.js';
import type { PodStreams } from '../../src/apiserver/pods/pod-streams.js';
import { aContainer, aPod } from './builders.js';
import { FakeClock } from './fake-clock.js';

/** A process whose end the test holds in its hands. */
export class ScriptedProcess {
  readonly target: ContainerTarget;
  readonly request: Omit<ExecRequest, 'command'> & { readonly command?: readonly string[] };
  readonly signal: AbortSignal;
  readonly stdin = new PassThrough({ highWaterMark: 1_024 });
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly sizes: string[] = [];
  exit: (code: number) => void = () => undefined;
  fail: (error: Error) => void = () => undefined;
  readonly exitCode = new Promise<number>((resolve, reject) => {
    this.exit = (code) => {
      this.stdout.end();
      this.stderr.end();
      resolve(code);
    };
    this.fail = (error) => {
      this.stdout.destroy(error);
      reject(error);
    };
  });

  constructor(target: ContainerTarget, request: ScriptedProcess['request'], signal: AbortSignal) {
    this.target = target;
    this.request = request;
    this.signal = signal;
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream.on('error', () => undefined);
    this.exitCode.catch(() => undefined);
    signal.addEventListener('abort', () => this.fail(new Error('aborted')));
  }

  async resize(columns: number, rows: number): Promise<void> {
    this.sizes.push(`${columns}x${rows}`);
  }
}

/** A node with the running pod `default/web` (container `app`), all of whose answers come from the test. */
export class ScriptedNode implements PodStreams {
  readonly clock = new FakeClock();
  readonly logger = silentLogger;
  readonly processes: ScriptedProcess[] = [];
  readonly dialled: string[] = [];
  readonly pods = new Map<string, Pod>();
  log: (...request: Parameters<PodOperations['logs']>) => AsyncIterable<Buffer> = () => {
    throw new Error('no log');
  };
  connect: (port: number) => Promise<Duplex> = async () => {
    throw new KubeletteError('Unavailable', 'connect: connection refused');
  };

  constructor() {
    this.put(runningPod('web'));
  }

  readonly findPod = (namespace: string, name: string): Pod | undefined => this.pods.get(`${namespace}/${name}`);

  put(pod: Pod): void {
    this.pods.set(`${pod.metadata.namespace ?? ''}/${pod.metadata.name}`, pod);
  }

  readonly operations: PodOperations = {
    exec: async (target, request, signal) => this.#start(new ScriptedProcess(target, request, signal)),
    attach: async (target, request, signal) => this.#start(new ScriptedProcess(target, request, signal)),
    logs: (...request) => this.log(...request),
    dial: async (target, port, host, signal) => {
      signal.throwIfAborted();
      this.dialled.push(`${target.name} ${host}:${port}`);
      return this.connect(port);
    },
  };

  #start(process: ScriptedProcess): ScriptedProcess {
    this.processes.push(process);
    return process;
  }
}

/** `state` for its only container `app`; running unless said otherwise. */
export function runningPod(name: string, state: object = { running: {} }): Pod {
  const status = { name: 'app', ready: true, restartCount: 0, image: 'busybox:1', imageID: '', state };
  const phase = 'running' in state ? 'Running' : 'Pending';
  return aPod(
    { containers: [aContainer('app')] },
    { metadata: { name }, status: { phase, podIP: '10.0.0.2', containerStatuses: [status] } },
  );
}
