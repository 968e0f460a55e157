import { describe, expect, it } from '@jest/globals';
import { toContainerSample, type StatsAnswer } from '../../../src/docker/stats.js';

const answer = (changes: Partial<StatsAnswer> = {}): StatsAnswer => ({
  read: '2026-01-01T00:00:00.573641558Z',
  cpu_stats: { cpu_usage: { total_usage: 19_074_148 } },
  ...changes,
});

describe('an answer of the engine about what a container uses', () => {
  it('is nothing for a container that does not run', () => {
    expect(toContainerSample({ read: '0001-01-01T00:00:00Z', cpu_stats: { cpu_usage: { total_usage: 0 } } })).toBe(
      undefined,
    );
    expect(toContainerSample({ read: '2026-01-01T00:00:00Z' })).toBe(undefined);
  });

  it('is read with cgroups of version 1', () => {
    const stats = {
      total_inactive_file: 4_096,
      total_rss: 1_245_184,
      rss: 1,
      total_pgfault: 1_258,
      total_pgmajfault: 3,
      hierarchical_memory_limit: 9_223_372_036_854_771_712,
    };
    const sample = toContainerSample(answer({ memory_stats: { usage: 1_654_784, limit: 25_276_510_208, stats } }));
    expect(sample).toEqual({
      takenAt: Date.parse('2026-01-01T00:00:00.573Z'),
      cpuNanos: 19_074_148,
      memory: {
        usageBytes: 1_654_784,
        workingSetBytes: 1_650_688,
        rssBytes: 1_245_184,
        pageFaults: 1_258,
        majorPageFaults: 3,
      },
      networks: [],
    });
  });

  it('is read with cgroups of version 2', () => {
    const stats = { inactive_file: 100, anon: 500, pgfault: 7, pgmajfault: 0 };
    expect(toContainerSample(answer({ memory_stats: { usage: 1_000, limit: 2_000, stats } }))?.memory).toEqual({
      usageBytes: 1_000,
      workingSetBytes: 900,
      rssBytes: 500,
      pageFaults: 7,
      majorPageFaults: 0,
    });
  });

  it('knows a limit when there is one', () => {
    const memory_stats = { usage: 1_000, limit: 2_000, stats: { hierarchical_memory_limit: 2_000 } };
    expect(toContainerSample(answer({ memory_stats }))?.memory).toEqual({
      usageBytes: 1_000,
      workingSetBytes: 1_000,
      limitBytes: 2_000,
    });
  });

  it('carries the networks of the pod', () => {
    const eth0 = { rx_bytes: 1, rx_errors: 2, tx_bytes: 3, tx_errors: 4, rx_packets: 9 };
    expect(toContainerSample(answer({ networks: { eth0 } }))?.networks).toEqual([
      { name: 'eth0', rxBytes: 1, rxErrors: 2, txBytes: 3, txErrors: 4 },
    ]);
  });
});
