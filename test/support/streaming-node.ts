import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent, type Agent } from '../../src/agent.js';
import type { Pod } from '../../src/api/schema/pod.js';
import { writeKubeconfig } from '../../src/apiserver/auth/kubeconfig.js';
import { loadPki } from '../../src/apiserver/auth/pki.js';
import { notFound } from '../../src/apiserver/http/status-error.js';
import type { Route } from '../../src/apiserver/http/types.js';
import { podStreamRoutes } from '../../src/apiserver/pods/pod-stream-routes.js';
import { startApiServer } from '../../src/apiserver/server.js';
import { systemClock } from '../../src/lib/clock.js';
import { silentLogger } from '../../src/lib/logger.js';
import { readManifestPods } from '../../src/testing/manifest.js';
import { eventually } from './eventually.js';

/** A real agent whose pods kubectl can reach, but not change: the streaming routes and what kubectl asks before them. */
export interface StreamingNode {
  readonly agent: Agent;
  readonly kubeconfig: string;
  readonly port: number;
  readonly token: string;
  readonly caCert: string;
  /** A directory for the test's own files. */
  readonly scratch: string;
  /** Creates the pod and waits until its containers are in this phase. */
  run(pod: object, phase?: string): Promise<Pod>;
  close(): Promise<void>;
}

export async function startStreamingNode(name: string): Promise<StreamingNode> {
  const scratch = await mkdtemp(join(tmpdir(), 'kubelette-streaming-'));
  const layout = { pki: join(scratch, 'pki'), kubeconfig: join(scratch, 'kubeconfig') };
  await mkdir(layout.pki, { mode: 0o700 });
  const stopped = new AbortController();
  const nodeName = `test-${name}-${randomUUID().slice(0, 8)}`;
  const parts = { clock: systemClock, logger: silentLogger };
  const agent = await startAgent({ nodeName, dataDir: join(scratch, 'data'), ephemeral: true, ...parts });
  await agent.ready;
  const listen = { host: '127.0.0.1', port: 0 };
  const pki = await loadPki(layout, listen, systemClock);
  const findPod = (namespace: string, pod: string): Pod | undefined => agent.store.get('Pod', `${namespace}/${pod}`);
  const routes = [...podStreamRoutes({ operations: agent.operations, findPod, ...parts }), ...readOnlyRoutes(findPod)];
  const server = await startApiServer({ routes, listen, pki, ...parts, signal: stopped.signal });
  await writeKubeconfig(layout, { ...listen, port: server.port }, pki);
  return {
    agent,
    kubeconfig: layout.kubeconfig,
    port: server.port,
    token: pki.token,
    caCert: pki.ca.cert,
    scratch,
    run: async (object, phase = 'Running') => {
      const [pod] = (await readManifestPods(object)).pods;
      if (pod === undefined) throw new Error('not a pod');
      agent.createPod(pod);
      return eventually(`${pod.metadata.name} is ${phase}`, () => {
        const found = findPod('default', pod.metadata.name);
        return found?.status?.phase === phase ? found : undefined;
      });
    },
    close: async () => {
      await server.close();
      await agent.stop({ deletePods: true, graceSeconds: 0 });
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

/** What a run of a program gave. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program to its end. It gets the input and then the end of it. */
export async function runProgram(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  input: Buffer | string = '',
): Promise<Outcome> {
  const child = startProgram(command, env);
  child.stdin?.on('error', () => undefined).end(input);
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve).on('error', reject);
  });
  return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
}

export const startProgram = (
  [file = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess => spawn(file, args, { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: 'pipe' });

/** Grows while the program runs. */
export function collect(stream: ChildProcess['stdout']): Buffer[] {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return chunks;
}

function readOnlyRoutes(findPod: (namespace: string, name: string) => Pod | undefined): readonly Route[] {
  const pods = {
    name: 'pods',
    singularName: 'pod',
    namespaced: true,
    kind: 'Pod',
    verbs: ['get', 'list', 'watch'],
    shortNames: ['po'],
  };
  const answers: Readonly<Record<string, object>> = {
    '/version': { major: '1', minor: '34', gitVersion: 'v1.34.0' },
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
    '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: [pods] },
  };
  const fixed = Object.entries(answers).map(([pattern, object]): Route => ({
    method: 'GET',
    pattern,
    handle: async () => ({ kind: 'object', status: 200, object }),
  }));
  const pod: Route = {
    method: 'GET',
    pattern: '/api/v1/namespaces/:namespace/pods/:name',
    handle: async ({ params }) => {
      const { namespace = '', name = '' } = params;
      const object = findPod(namespace, name);
      if (object === undefined) throw notFound({ group: '', plural: 'pods' }, name);
      return { kind: 'object', status: 200, object };
    },
  };
  return [...fixed, pod];
}
