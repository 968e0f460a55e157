import type { Container, Pod } from '../../../src/api/schema/pod.js';
import { aContainer, aPod } from '../builders.js';
import { Random } from '../random.js';

/** A startup probe gives up on one that takes this long. */
export const TOO_LATE_MS = 20_000;

/** What one instance of a container does. All times from its start or, of its end, from the stop signal. */
export interface Life {
  readonly startFails: boolean;
  readonly runsMs: number;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** It ends so long after its stop signal; Infinity: it waits for SIGKILL. */
  readonly stopsMs: number;
  readonly preStopMs: number;
  readonly postStartFails: boolean;
  /** From here on the probe says so. */
  readonly startedMs: number;
  readonly readyMs: number;
  readonly unreadyMs: number;
  readonly sickMs: number;
}

/** A pod, and how its containers behave. A function of the seed alone, whatever happens to them. */
export interface Workload {
  readonly pod: Pod;
  readonly life: (name: string, attempt: number) => Life;
}

export const workloadOf = (seed: number): Workload => ({ pod: randomPod(new Random(seed, 'pod')), life: lives(seed) });

function randomPod(random: Random): Pod {
  const initContainers = Array.from({ length: random.below(4) }, (_, i) =>
    random.chance(0.4)
      ? aContainer(`side${i}`, { restartPolicy: 'Always', ...hooks(random), ...probes(random), ...resources(random) })
      : aContainer(`init${i}`, rules(random)),
  );
  const containers = Array.from({ length: 1 + random.below(3) }, (_, i) =>
    aContainer(`app${i}`, { ...hooks(random), ...rules(random), ...probes(random), ...resources(random) }),
  );
  return aPod({
    restartPolicy: random.pick(['Always', 'OnFailure', 'Never']),
    terminationGracePeriodSeconds: random.pick([30, 30, 5, 0]),
    ...(random.chance(0.15) ? { activeDeadlineSeconds: random.pick([1, 20, 900]) } : {}),
    ...(random.chance(0.1) ? { hostNetwork: true } : {}),
    initContainers,
    containers,
  });
}

function hooks(random: Random): Partial<Container> {
  if (random.chance(0.6)) return {};
  const hook = { sleep: { seconds: 1 } };
  const lifecycle = {
    ...(random.chance(0.7) ? { preStop: hook } : {}),
    ...(random.chance(0.4) ? { postStart: hook } : {}),
  };
  return { lifecycle };
}

function rules(random: Random): Partial<Container> {
  if (random.chance(0.8)) return {};
  const action = random.pick(['Restart', 'RestartAllContainers'] as const);
  return {
    restartPolicy: random.pick(['OnFailure', 'Never'] as const),
    restartPolicyRules: [
      { action, exitCodes: { operator: random.pick(['In', 'In', 'NotIn']), values: [random.pick([0, 1, 137])] } },
    ],
  };
}

function probes(random: Random): Partial<Container> {
  const exec = { command: ['true'] };
  const probe = { exec };
  const ownGrace = random.chance(0.3) ? { exec, terminationGracePeriodSeconds: random.pick([1, 3, 60]) } : probe;
  return {
    ...(random.chance(0.15) ? { startupProbe: probe } : {}),
    ...(random.chance(0.2) ? { readinessProbe: probe } : {}),
    ...(random.chance(0.2) ? { livenessProbe: ownGrace } : {}),
  };
}

function resources(random: Random): Partial<Container> {
  if (random.chance(0.7)) return {};
  const amounts = { cpu: '100m', memory: '64Mi' };
  return {
    resources: { limits: amounts, requests: amounts },
    ...(random.chance(0.3) ? { resizePolicy: [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }] } : {}),
  };
}

function lives(seed: number): (name: string, attempt: number) => Life {
  return (name, attempt) => {
    const random = new Random(seed, name, attempt);
    const isInit = name.startsWith('init');
    const runsMs = isInit ? random.below(3_000) : random.pick([50, 2_000, 30_000, 700_000, Infinity]);
    return {
      startFails: random.chance(0.03),
      runsMs,
      exitCode: random.chance(isInit ? 0.8 : 0.5) ? 0 : 1,
      oomKilled: random.chance(0.03),
      stopsMs: random.pick([1, 1, 800, 4_000, Infinity]),
      preStopMs: random.pick([10, 1_000, 8_000, 60_000]),
      postStartFails: random.chance(0.15),
      startedMs: random.pick([5, 3_000, TOO_LATE_MS]),
      readyMs: random.pick([5, 1_000, 15_000]),
      unreadyMs: random.pick([Infinity, 30_000, 300_000]),
      sickMs: random.pick([Infinity, Infinity, 1_000, 40_000]),
    };
  };
}
