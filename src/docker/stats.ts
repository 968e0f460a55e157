import { hasCode } from '../lib/errors.js';
import type { ContainerSample, MemorySample, RuntimeStats } from '../runtime/stats.js';
import { compareVersions } from './api-version.js';
import type { Engine } from './engine.js';
import { toKubeletteError } from './engine-error.js';
import { jsonLines } from './json-lines.js';
import { parseTime } from './observe.js';

/** Answer of `GET /containers/<id>/stats`, as far as it is used. */
export interface StatsAnswer {
  /** The zero time when the container does not run. */
  readonly read: string;
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
  readonly memory_stats?: {
    readonly usage?: number;
    readonly limit?: number;
    /** Keys differ between the two versions of cgroups. */
    readonly stats?: Readonly<Record<string, number>>;
  };
  readonly networks?: Readonly<
    Record<
      string,
      { readonly rx_bytes: number; readonly rx_errors: number; readonly tx_bytes: number; readonly tx_errors: number }
    >
  >;
}

/** The first engine that was seen to answer a single question without waiting for a second sample: in 7 ms (20.10: 1 s). */
const INSTANT_SINCE = '26.0';

/** Samples of containers on a Docker engine. */
export class DockerStats implements RuntimeStats {
  readonly instant: boolean;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.instant = compareVersions(engine.facts.version, INSTANT_SINCE) >= 0;
  }

  async sample(containerId: string, signal: AbortSignal): Promise<ContainerSample | undefined> {
    const query = { stream: false, 'one-shot': true };
    try {
      const path = `/containers/${containerId}/stats`;
      return toContainerSample(await this.#engine.call<StatsAnswer>({ method: 'GET', path, query }, signal));
    } catch (error) {
      // A paused or vanishing container is refused with different words by different engines.
      if (hasCode(error, 'NotFound') || hasCode(error, 'Conflict')) return undefined;
      throw error;
    }
  }

  async *follow(containerId: string, signal: AbortSignal): AsyncGenerator<ContainerSample> {
    try {
      const path = `/containers/${containerId}/stats`;
      const stream = await this.#engine.stream({ method: 'GET', path, query: { stream: true } }, signal);
      try {
        for await (const answer of jsonLines<StatsAnswer>(stream)) {
          const sample = toContainerSample(answer);
          // The engine goes on sending empty ones until the container is removed.
          if (sample === undefined) return;
          yield sample;
        }
      } finally {
        stream.destroy();
      }
    } catch (error) {
      if (signal.aborted || hasCode(error, 'NotFound')) return;
      throw toKubeletteError(error, this.#engine.facts.endpoint);
    }
  }
}

/** Pure. Undefined for a container that does not run. */
export function toContainerSample(answer: StatsAnswer): ContainerSample | undefined {
  const takenAt = parseTime(answer.read);
  const cpuNanos = answer.cpu_stats?.cpu_usage?.total_usage;
  if (takenAt === undefined || cpuNanos === undefined) return undefined;
  return {
    takenAt,
    cpuNanos,
    memory: toMemory(answer.memory_stats ?? {}),
    networks: Object.entries(answer.networks ?? {}).map(([name, counts]) => ({
      name,
      rxBytes: counts.rx_bytes,
      rxErrors: counts.rx_errors,
      txBytes: counts.tx_bytes,
      txErrors: counts.tx_errors,
    })),
  };
}

/**
 * cgroup v1 says `total_inactive_file` and `rss`, v2 `inactive_file` and `anon`. Without a limit the engine says the
 * machine's memory instead; only v1 tells the two apart.
 */
function toMemory({ limit, stats = {}, usage = 0 }: NonNullable<StatsAnswer['memory_stats']>): MemorySample {
  const inactive = stats['total_inactive_file'] ?? stats['inactive_file'] ?? 0;
  const rss = stats['total_rss'] ?? stats['rss'] ?? stats['anon'];
  const pageFaults = stats['total_pgfault'] ?? stats['pgfault'];
  const majorPageFaults = stats['total_pgmajfault'] ?? stats['pgmajfault'];
  const limited = limit !== undefined && stats['hierarchical_memory_limit'] === limit;
  return {
    usageBytes: usage,
    workingSetBytes: Math.max(0, usage - inactive),
    ...(rss === undefined ? {} : { rssBytes: rss }),
    ...(pageFaults === undefined ? {} : { pageFaults }),
    ...(majorPageFaults === undefined ? {} : { majorPageFaults }),
    ...(limited ? { limitBytes: limit } : {}),
  };
}
