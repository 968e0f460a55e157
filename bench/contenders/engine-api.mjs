import { atATime, containerOf, containersOf, docker, podOf } from '../support.mjs';

/** More at a time only makes each of them slower. */
const AT_A_TIME = 8;

/**
 * The floor: the same containers by nothing but the engine's API, in the best order. What can be created is created while
 * the sandbox starts, what can start starts side by side. The sandbox is made like ours.
 */
export async function openEngineApi({ node }) {
  const sandbox = await likeOurs(node);
  const made = new Map();
  const start = async (pod) => {
    const { containers, initContainers = [] } = pod.spec;
    const holder = await docker.createContainer({ ...sandbox, name: `bench-${pod.metadata.name}` });
    made.set(pod.metadata.name, { holder, members: [] });
    const joined = `container:${holder.id}`;
    const create = async ({ command, image }) => {
      const [Entrypoint, HostConfig] = [command, { NetworkMode: joined, IpcMode: joined }];
      const member = await docker.createContainer({ Image: image, Entrypoint, HostConfig });
      made.get(pod.metadata.name).members.push(member);
      return member;
    };
    const [inits, apps] = await Promise.all([
      Promise.all(initContainers.map(create)),
      Promise.all(containers.map(create)),
      holder.start(),
    ]);
    for (const init of inits) {
      await init.start();
      await init.wait();
    }
    await Promise.all(apps.map((app) => app.start()));
  };
  const remove = async ({ metadata, spec }) => {
    const { holder, members } = made.get(metadata.name);
    const end = async (container) => {
      await container.stop({ t: spec.terminationGracePeriodSeconds }).catch(unlessStopped);
      await container.remove();
    };
    await Promise.all(members.map(end));
    await end(holder);
  };
  return {
    name: 'engine API',
    holder: sandbox.Image,
    start: (pods) => atATime(AT_A_TIME, pods, start),
    remove: (pods) => atATime(AT_A_TIME, pods, remove),
    close: () => undefined,
  };
}

async function likeOurs(node) {
  const pod = await node.apply(podOf('example', { containers: [containerOf('app', 'exec sleep 100000')] }));
  await pod.ready();
  const [{ Config, HostConfig }] = await containersOf(pod, 'POD');
  await pod.delete({ graceSeconds: 0 });
  const { CpuShares, IpcMode, LogConfig, NetworkMode, SecurityOpt } = HostConfig;
  return {
    Image: Config.Image,
    Cmd: ['hold'],
    HostConfig: { CpuShares, IpcMode, LogConfig, NetworkMode, SecurityOpt },
  };
}

const unlessStopped = (error) => {
  if (error.statusCode !== 304) throw error;
};
