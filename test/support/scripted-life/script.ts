import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agent } from '../../../src/agent.js';
import type { Pod, PodSpec } from '../../../src/api/schema/pod.js';
import { ApiClient } from '../../../src/cli/client/api-client.js';
import { loadConnection } from '../../../src/cli/client/kubeconfig.js';
import { LABEL } from '../../../src/docker/labels.js';
import { podIdentity } from '../../../src/kubelet/core/view/pod-identity.js';
import { logPath } from '../../../src/kubelet/logs/log-paths.js';
import { hasCode } from '../../../src/lib/errors.js';
import { app, isReady, podOf, SERVES } from '../agent.js';
import { aConfigMap } from '../builders.js';
import { eventually } from '../eventually.js';
import { listEngineContainers } from './engine-side.js';

const LINES = 60;
/** For everything that is waited for: a call that hangs is given up after two minutes, and tried again up to 15 s later. */
const WITHIN_MS = 200_000;

/** What there is when the script has come to its middle. Must not depend on how often the agent died before. */
export interface EndState {
  /** `container/attempt state code`, sorted. */
  readonly containers: readonly string[];
  /** One line for each start of a container, written by itself, sorted. */
  readonly starts: readonly string[];
  readonly statuses: readonly string[];
  /** How often the preStop hook of the pod that was deleted ran: a hook that was begun is not begun again, so an agent that was killed there may never run it. */
  readonly preStop: 'at most once' | 'more than once';
  /** Answer of the API to who has the kubeconfig in the data directory. */
  readonly readyz: string;
  readonly logs: Readonly<Record<string, string>>;
}

export const EXPECTED_END: EndState = {
  containers: [
    'app/0 running 0',
    'flaky/0 exited 1',
    'flaky/1 running 0',
    'init/0 exited 0',
    'POD/0 running 0',
    'sidecar/0 running 0',
  ],
  starts: ['app', 'flaky', 'flaky', 'init', 'sidecar'],
  preStop: 'at most once',
  readyz: 'ok',
  statuses: ['init terminated ready 0', 'sidecar running ready 0', 'app running ready 0', 'flaky running ready 1'],
  logs: {
    init: 'prepared\n',
    sidecar: 'up\n',
    app: [...Array.from({ length: LINES }, (_, i) => `line ${String(i + 1)}`), 'two', ''].join('\n'),
    flaky: 'try\n',
    'flaky before': 'try\n',
  },
};

const mounts = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };

/** An init container, a native sidecar, two kinds of volumes, a container that fails once, one that waits for a new config. */
const web: Partial<PodSpec> = {
  volumes: [
    { name: 'data', emptyDir: {} },
    { name: 'config', configMap: { name: 'settings' } },
  ],
  initContainers: [
    app('echo init >>/data/starts; echo prepared', { name: 'init', ...mounts }),
    app(`echo sidecar >>/data/starts; echo up; ${SERVES}`, { name: 'sidecar', restartPolicy: 'Always', ...mounts }),
  ],
  containers: [
    app(
      `echo app >>/data/starts
       i=0; while [ $i -lt ${String(LINES)} ]; do i=$((i + 1)); echo line $i; sleep 0.02; done
       until [ "$(cat /config/greeting)" = two ]; do sleep 0.05; done; echo two
       ${SERVES}`,
      { volumeMounts: [...mounts.volumeMounts, { name: 'config', mountPath: '/config' }] },
    ),
    app(
      `echo flaky >>/data/starts; echo try
       [ "$(grep -c flaky /data/starts)" -gt 1 ] || exit 1
       ${SERVES}`,
      { name: 'flaky', ...mounts },
    ),
  ],
};

/** @param hooksDir is written to when its container is to stop */
const doomed = (hooksDir: string): Partial<PodSpec> => ({
  volumes: [
    { name: 'data', emptyDir: {} },
    { name: 'hooks', hostPath: { path: hooksDir } },
  ],
  containers: [
    app(`echo up; ${SERVES}`, {
      volumeMounts: [...mounts.volumeMounts, { name: 'hooks', mountPath: '/hooks' }],
      lifecycle: { preStop: { exec: { command: ['/bin/busybox', 'sh', '-c', 'echo stopping >>/hooks/pre-stop'] } } },
    }),
  ],
});

export interface ScriptPlaces {
  readonly dataDir: string;
  /** Of this machine, for what is to be counted although its pod is gone. */
  readonly hooksDir: string;
}

/**
 * Plays the scenario from wherever it stands: what is done already shows in the agent's objects, so the script can be begun
 * again by the next life of a killed agent. `report` gets what there is before the last pod is deleted; at the end nothing
 * is left.
 */
export async function playScript(agent: Agent, places: ScriptPlaces, report: (state: EndState) => void): Promise<void> {
  const { store } = agent;
  const { dataDir, hooksDir } = places;
  const pod = (name: string): Pod | undefined => store.get<Pod>('Pod', `default/${name}`);
  const stage = (): string | undefined => configValue(agent, 'progress', 'stage');
  const gone = async (name: string): Promise<void> => {
    if (pod(name) !== undefined) agent.deletePod('default', name);
    await eventually(`pod ${name} is gone`, () => pod(name) === undefined, WITHIN_MS);
  };

  if (stage() === undefined) {
    if (store.get('ConfigMap', 'default/settings') === undefined)
      agent.applyConfig(aConfigMap('settings', { greeting: 'one' }));
    createMissing(agent, podOf('web', web));
    createMissing(agent, podOf('doomed', doomed(hooksDir)));
    agent.applyConfig(aConfigMap('progress', { stage: 'made' }));
  }
  if (stage() === 'made') {
    await eventually('web is ready', () => isSettled(pod('web')), WITHIN_MS);
    if (configValue(agent, 'settings', 'greeting') === 'one')
      agent.applyConfig(aConfigMap('settings', { greeting: 'two' }));
    if (pod('doomed') !== undefined) {
      await eventually('doomed is ready', () => isSettled(pod('doomed')) || isEnding(pod('doomed')), WITHIN_MS);
      await gone('doomed');
    }
    // In the file: asking the agent would ask the engine.
    await eventually('the new config', async () => / F two\n/.test(await logFileOf(pod('web'), dataDir)), WITHIN_MS);
    report(await endState(agent, places));
    agent.applyConfig(aConfigMap('progress', { stage: 'judged' }));
  }
  await gone('web');
  await eventually('no file of a pod is left', async () => (await podFiles(dataDir)).length === 0, WITHIN_MS);
}

function createMissing(agent: Agent, pod: Pod): void {
  try {
    agent.createPod(pod);
  } catch (error) {
    if (!hasCode(error, 'AlreadyExists')) throw error;
  }
}

const configValue = (agent: Agent, name: string, key: string): string | undefined =>
  agent.store.get<ReturnType<typeof aConfigMap>>('ConfigMap', `default/${name}`)?.data?.[key];

const isEnding = (pod: Pod | undefined): boolean => pod?.metadata.deletionTimestamp !== undefined;

/** Ready, and the container that fails once has done so. */
const isSettled = (pod: Pod | undefined): boolean =>
  pod !== undefined &&
  isReady(pod) &&
  (pod.status?.containerStatuses ?? []).every(({ name, restartCount }) => name !== 'flaky' || restartCount > 0);

/** Of pods: their directories, and the links to their logs. */
async function podFiles(dataDir: string): Promise<string[]> {
  const found = await Promise.all(
    ['pods', join('logs', 'pods'), join('logs', 'containers')].map(async (path) =>
      readdir(join(dataDir, path)).catch(() => []),
    ),
  );
  return found.flat();
}

async function logFileOf(pod: Pod | undefined, dataDir: string): Promise<string> {
  if (pod === undefined) return '';
  const path = logPath(join(dataDir, 'logs'), { pod: podIdentity(pod), container: 'app', attempt: 0 });
  return readFile(path, 'utf8').catch(() => '');
}

async function endState(agent: Agent, { dataDir, hooksDir }: ScriptPlaces): Promise<EndState> {
  const { containerStatuses = [], initContainerStatuses = [] } =
    agent.store.get<Pod>('Pod', 'default/web')?.status ?? {};
  const names = ['init', 'sidecar', 'app', 'flaky'];
  const logs = await Promise.all(names.map(async (name) => [name, await logsOf(agent, name)] as const));
  return {
    containers: (await listEngineContainers([`${LABEL.node}=${agent.nodeName}`])).map(
      ({ name, attempt, state, exitCode }) => `${name}/${attempt} ${state} ${String(exitCode)}`,
    ),
    starts: (await startsIn(agent)).sort(),
    statuses: [...initContainerStatuses, ...containerStatuses].map(
      ({ name, ready, restartCount, state = {} }) =>
        `${name} ${Object.keys(state).join()} ${ready ? 'ready' : 'unready'} ${String(restartCount)}`,
    ),
    preStop: (await linesOf(join(hooksDir, 'pre-stop'))).length > 1 ? 'more than once' : 'at most once',
    readyz: await readyzOf(dataDir),
    logs: { ...Object.fromEntries(logs), 'flaky before': await logsOf(agent, 'flaky', true) },
  };
}

const linesOf = async (path: string): Promise<readonly string[]> =>
  (await readFile(path, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');

async function readyzOf(dataDir: string): Promise<string> {
  const connection = await loadConnection({ kubeconfig: join(dataDir, 'kubeconfig') }, {});
  return (await new ApiClient(connection, () => undefined).text({ path: '/readyz' }, signal)).text;
}

const { signal } = new AbortController();

async function logsOf(agent: Agent, container: string, previous = false): Promise<string> {
  const target = { namespace: 'default', name: 'web', container, previous };
  return textOf(agent.operations.logs(target, { follow: false, timestamps: false }, signal));
}

/** A command whose connection breaks is an error to who asked for it, and asked for again. */
const startsIn = async (agent: Agent): Promise<string[]> =>
  eventually(
    'the starts can be read',
    async () => (await outputOf(agent, ['cat', '/data/starts'])).trim().split('\n'),
    WITHIN_MS,
  );

async function outputOf(agent: Agent, command: readonly string[]): Promise<string> {
  const session = await agent.operations.exec(
    { namespace: 'default', name: 'web', container: 'app' },
    { command: [...command], tty: false, stdin: false },
    signal,
  );
  session.stderr?.resume();
  const text = await textOf(session.stdout);
  await session.exitCode;
  return text;
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks).toString();
}
