import { atATime, command } from '../support.mjs';

/** Pods of a script that are worked on at a time. */
const AT_A_TIME = 4;

/** By hand: one `docker run` after the other, as a script would do it. */
export async function openDockerCli({ holder }) {
  await command('docker', ['version']);
  const start = async ({ metadata: { name }, spec }) => {
    const run = (more, image, args) => command('docker', ['run', ...more, image, ...args]);
    await run(['-d', '--name', `cli-${name}`, '--ipc', 'shareable'], holder, ['hold']);
    const joined = ['--network', `container:cli-${name}`, '--ipc', `container:cli-${name}`];
    for (const { command: args, image } of spec.initContainers ?? []) await run(['--rm', ...joined], image, args);
    for (const { command: args, image, name: member } of spec.containers)
      await run(['-d', '--name', `cli-${name}-${member}`, ...joined], image, args);
  };
  const remove = async ({ metadata: { name }, spec }) => {
    const members = spec.containers.map((container) => `cli-${name}-${container.name}`);
    for (const names of [members, [`cli-${name}`]]) {
      await command('docker', ['stop', '-t', `${spec.terminationGracePeriodSeconds}`, ...names]);
      await command('docker', ['rm', ...names]);
    }
  };
  return {
    name: 'docker CLI',
    start: (pods) => atATime(AT_A_TIME, pods, start),
    remove: (pods) => atATime(AT_A_TIME, pods, remove),
    close: () => undefined,
  };
}
