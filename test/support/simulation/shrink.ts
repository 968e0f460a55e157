import type { Container, Pod } from '../../../src/api/schema/pod.js';
import type { Core } from './core.js';
import { simulate, type Case } from './simulate.js';

/**
 * The same broken rule with less: fewer steps first, then a smaller pod, then shorter waits, until nothing more can be left
 * out. Every change is tried by living the whole life again.
 */
export function shrink(broken: Case, core?: Core): Case {
  const rule = simulate(broken, core).broken?.rule;
  const stillBroken = (tried: Case): boolean => simulate(tried, core).broken?.rule === rule;
  let smallest = broken;
  for (;;) {
    const smaller =
      withFewerSteps(smallest, stillBroken) ??
      firstOf(simplerPods(smallest), stillBroken) ??
      firstOf(earlier(smallest), stillBroken);
    if (smaller === undefined) return smallest;
    smallest = smaller;
  }
}

function firstOf(cases: Iterable<Case>, stillBroken: (tried: Case) => boolean): Case | undefined {
  for (const tried of cases) if (stillBroken(tried)) return tried;
  return undefined;
}

/** Without half of them, a quarter, and so on down to a single one. */
function withFewerSteps(from: Case, stillBroken: (tried: Case) => boolean): Case | undefined {
  const { schedule } = from;
  for (let size = Math.ceil(schedule.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < schedule.length; start += size) {
      const tried = { ...from, schedule: [...schedule.slice(0, start), ...schedule.slice(start + size)] };
      if (stillBroken(tried)) return tried;
    }
  }
  return undefined;
}

function* simplerPods(from: Case): Generator<Case> {
  const { pod } = from.workload;
  const { activeDeadlineSeconds, containers, hostNetwork, initContainers = [], ...rest } = pod.spec;
  const withSpec = (spec: Partial<Pod['spec']>): Case => ({
    ...from,
    workload: { ...from.workload, pod: { ...pod, spec: { ...pod.spec, ...spec } } },
  });
  const without = (list: readonly Container[], index: number): Container[] => list.filter((_, at) => at !== index);
  for (const index of initContainers.keys()) yield withSpec({ initContainers: without(initContainers, index) });
  if (containers.length > 1)
    for (const index of containers.keys()) yield withSpec({ containers: without(containers, index) });
  if (activeDeadlineSeconds !== undefined || hostNetwork !== undefined)
    yield { ...from, workload: { ...from.workload, pod: { ...pod, spec: { ...rest, containers, initContainers } } } };
  const plainer = (list: readonly Container[]): Container[][] =>
    list.flatMap((container, index) =>
      simpler(container).map((one) => list.map((old, at) => (at === index ? one : old))),
    );
  for (const list of plainer(initContainers)) yield withSpec({ initContainers: list });
  for (const list of plainer(containers)) yield withSpec({ containers: list });
}

/** Without one of its extras. */
function simpler(container: Container): Container[] {
  const extras = ['lifecycle', 'startupProbe', 'readinessProbe', 'livenessProbe', 'restartPolicyRules'] as const;
  return extras
    .filter((extra) => container[extra] !== undefined)
    .map((extra) => {
      const copy = { ...container };
      Reflect.deleteProperty(copy, extra);
      return copy;
    });
}

/** Each step comes sooner. */
function* earlier(from: Case): Generator<Case> {
  for (const [index, step] of from.schedule.entries()) {
    for (const afterMs of [0, Math.floor(step.afterMs / 2)]) {
      if (afterMs >= step.afterMs) continue;
      yield { ...from, schedule: from.schedule.map((old, at) => (at === index ? { ...old, afterMs } : old)) };
    }
  }
}
