import { readNamespaces } from '../../../src/docker/namespaces.js';
import { openDockerWorld, script } from '../../support/docker-world.js';
import { eventually } from '../../support/eventually.js';
import { trapIsSet } from '../../support/trapped-signals.js';
import { describeRuntimeContract, type Program, type RuntimeUnderTest } from '../../support/runtime-contract.js';

const { signal } = new AbortController();

function program(wanted: Program): { readonly command: readonly string[] } {
  if (wanted === 'obedient') return script("trap 'exit 143' TERM; sleep 1000 & wait");
  // The first process of a PID namespace gets no signal it has no handler for.
  if (wanted === 'deaf') return { command: ['/bin/busybox', 'sleep', '1000'] };
  if (wanted === 'missing') return { command: ['/no/such/program'] };
  return script(`sleep ${(wanted.afterMs ?? 0) / 1000}; exit ${wanted.exits}`);
}

async function openDocker(): Promise<RuntimeUnderTest> {
  const world = await openDockerWorld('contract');
  const { engine, busybox, nodeName } = world;
  return {
    runtime: await world.runtime(),
    stranger: await world.runtime('stranger'),
    image: busybox,
    program,
    settle: async (promise) => promise,
    eventually: async (what, probe) => eventually(what, probe),
    hears: trapIsSet,
    kill: async (id) => {
      await engine.call({ method: 'POST', path: `/containers/${id}/kill` }, signal);
    },
    restart: async (id) => {
      await engine.call({ method: 'POST', path: `/containers/${id}/restart`, query: { t: 1 } }, signal);
    },
    namespaces: async (pids) => {
      const found = await readNamespaces(engine, pids, nodeName, signal);
      return pids.map((pid) => {
        const { net, ipc, pid: processes } = found.get(pid) ?? {};
        if (net === undefined || ipc === undefined || processes === undefined) throw new Error(`no process ${pid}`);
        return { net, ipc, pid: processes };
      });
    },
    close: async () => world.close(),
  };
}

describeRuntimeContract('docker', openDocker);
