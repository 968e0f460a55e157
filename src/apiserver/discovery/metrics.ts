/** One number the server publishes, read anew at each look. */
export interface GaugeSource {
  /** `kubelette_pods`. */
  readonly name: string;
  readonly help: string;
  readonly value: () => number;
}

/** The `/metrics` page in Prometheus' text form. A registry per server: two servers may live in one process. */
export function createMetricsPage(
  gauges: readonly GaugeSource[],
): () => Promise<{ readonly text: string; readonly contentType: string }> {
  // Costs 50 ms to load; most servers are never asked.
  const registry = once(async () => {
    const { Gauge, Registry } = await import('prom-client');
    const own = new Registry();
    for (const { name, help, value } of gauges) {
      new Gauge({
        name,
        help,
        registers: [own],
        collect() {
          this.set(value());
        },
      });
    }
    return own;
  });
  return async () => {
    const own = await registry();
    return { text: await own.metrics(), contentType: own.contentType };
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
