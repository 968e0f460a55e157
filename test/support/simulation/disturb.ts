import type { Container } from '../../../src/api/schema/pod.js';
import { CPU_AMOUNTS, MEMORY_AMOUNTS, roomWith } from './node.js';
import type { SimContainer } from './engine.js';
import type { Step } from './schedule.js';
import type { World } from './world.js';

/** Something outside the agent happens. */
export function disturb(world: World, { what, which }: Step): void {
  const { engine } = world;
  const among = <T>(items: readonly T[]): T | undefined => items[Math.floor(which * items.length)];
  const running = among(engine.containers.filter(({ state }) => state === 'running'));
  const sandbox = among(engine.sandboxes);
  world.note(`somebody: ${what}`);
  world.count(what);
  switch (what) {
    case 'agent restarts':
      world.restartAgent(which * 5_000);
      return;
    case 'container dies':
      if (running !== undefined) world.end(running, 137);
      return;
    case 'container is out of memory':
      if (running !== undefined) world.end(running, 137, true);
      return;
    case 'stop by hand':
      if (running !== undefined) engine.stop(running, 10);
      return;
    case 'start by hand': {
      const dead = among(
        engine.containers.filter(({ startedAt, state }) => state === 'exited' && startedAt !== undefined),
      );
      if (dead !== undefined) startByHand(world, dead);
      break;
    }
    case 'restart by hand':
      if (running === undefined) return;
      world.end(running, 137);
      startByHand(world, running);
      break;
    case 'remove by hand':
      lose(world, (container) => container === among(engine.containers));
      break;
    case 'removal hangs': {
      const isDead = ({ id, state }: SimContainer): boolean =>
        state === 'exited' && world.rules.status.known(id) === 'end';
      const going = among(engine.containers.filter((one) => one.state === 'running' || isDead(one)));
      if (going !== undefined) hangInRemoval(world, going, which * 30_000);
      break;
    }
    case 'pause':
      if (running !== undefined) pause(world, running, which * 60_000);
      break;
    case 'prune':
      lose(world, ({ state }) => state === 'exited' || state === 'created');
      engine.sandboxes = engine.sandboxes.filter(({ ready }) => ready);
      break;
    case 'sandbox dies':
      if (sandbox !== undefined) engine.stopSandbox(sandbox);
      break;
    case 'sandbox is restarted':
      if (sandbox === undefined || engine.sandboxes.some((other) => other !== sandbox && other.ready)) return;
      engine.stopSandbox(sandbox);
      engine.startSandbox(sandbox);
      break;
    case 'sandbox is removed':
      if (sandbox !== undefined) engine.removeSandbox(sandbox.id);
      break;
    case 'engine restarts':
      for (const container of engine.containers) world.end(container, 137);
      for (const other of engine.sandboxes) engine.stopSandbox(other);
      world.hangsUntil = world.now + which * 10_000;
      break;
    case 'engine hangs':
      world.hangsUntil = world.now + which * 60_000;
      return;
    case 'events are lost':
      world.deafUntil = world.now + which * 60_000;
      world.later(which * 60_000, () => world.changed());
      return;
    case 'clock step':
      world.stepClock(Math.round((which - 0.5) * 7_200_000));
      return;
    case 'image edit':
      editImage(world, which);
      break;
    case 'resize':
      resize(world, which);
      break;
    case 'debug container':
      debug(world);
      break;
    case 'delete':
      world.delete(Math.floor(which * 40));
      return;
    default:
      throw new Error(`nobody knows how to do ${what}`);
  }
  world.changed();
}

function startByHand(world: World, container: SimContainer): void {
  if (world.engine.sandboxOf(container) === undefined) return;
  world.rules.status.meddled = true;
  world.rules.startedByHand(container);
  world.engine.start(container);
  world.started(container);
}

/**
 * Records go. One that vanishes before its run was ever published cannot be known from engine and status; the shell
 * then asks the log files, which know less than the engine did.
 */
function lose(world: World, which: (container: SimContainer) => boolean): void {
  for (const container of world.engine.containers.filter(which)) {
    const known = world.rules.status.known(container.id);
    if (known === undefined) continue;
    world.engine.remove(container);
    world.rules.lost(container, known === 'end');
  }
}

/** `docker rm -f` that takes its time: the engine says "removing" meanwhile. */
function hangInRemoval(world: World, container: SimContainer, ms: number): void {
  world.rules.status.meddled = true;
  container.state = 'unknown';
  container.endsAt = Infinity;
  const go = (): void => {
    const known = world.rules.status.known(container.id);
    if (known === undefined) {
      world.later(1_000, go);
      return;
    }
    world.engine.remove(container);
    world.rules.lost(container, known === 'end');
    world.changed();
  };
  world.later(ms, go);
}

function pause(world: World, container: SimContainer, ms: number): void {
  container.paused = true;
  world.later(ms, () => {
    container.paused = false;
    world.changed();
  });
}

/** The API lets images change. */
function editImage(world: World, which: number): void {
  if (world.pod.metadata.deletionTimestamp !== undefined) return;
  const { containers, initContainers = [] } = world.pod.spec;
  const index = Math.floor(which * (containers.length + initContainers.length));
  const edit = (container: Container, at: number): Container =>
    at === index ? { ...container, image: `busybox:${Math.floor(which * 1000)}` } : container;
  world.pod = {
    ...world.pod,
    spec: {
      ...world.pod.spec,
      containers: containers.map(edit),
      initContainers: initContainers.map((container, at) => edit(container, at + containers.length)),
    },
  };
}

/** `kubectl patch --subresource resize`, at times when another pod has taken what was free. */
function resize(world: World, which: number): void {
  if (world.pod.metadata.deletionTimestamp !== undefined) return;
  const { containers, initContainers = [] } = world.pod.spec;
  const own = [...containers, ...initContainers].filter((container) => container.resources !== undefined);
  const chosen = own[Math.floor(which * own.length)];
  if (chosen === undefined) return;
  // Digits that say nothing of each other.
  const among = <T>(items: readonly T[], digits: number): T | undefined =>
    items[Math.floor(((which * digits) % 1) * items.length)];
  const amounts = { cpu: among(CPU_AMOUNTS, 997) ?? '', memory: among(MEMORY_AMOUNTS, 9_973) ?? '' };
  const edit = (container: Container): Container =>
    container === chosen ? { ...container, resources: { limits: amounts, requests: amounts } } : container;
  const spec = { ...world.pod.spec, containers: containers.map(edit), initContainers: initContainers.map(edit) };
  world.pod = { ...world.pod, spec };
  if (among([true, false], 99_991) !== true) return;
  world.room = roomWith(true);
  world.later(which * 100_000, () => {
    world.room = roomWith(false);
    world.changed();
  });
}

/** Somebody adds an ephemeral container, as the API allows while the pod is wanted. */
function debug(world: World): void {
  if (world.pod.metadata.deletionTimestamp !== undefined) return;
  const { ephemeralContainers = [] } = world.pod.spec;
  const added = { name: `debug${ephemeralContainers.length}`, image: 'busybox:1' };
  world.pod = { ...world.pod, spec: { ...world.pod.spec, ephemeralContainers: [...ephemeralContainers, added] } };
}
