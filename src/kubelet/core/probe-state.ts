type ProbeKind = 'startup' | 'readiness' | 'liveness';
type ProbeResult = 'success' | 'failure';

/**
 * What the probes of a pod's container instances came to, by container id: results that reached their threshold. A
 * missing one means that the instance was not judged yet.
 */
export type ProbeSnapshot = ReadonlyMap<string, Readonly<Partial<Record<ProbeKind, ProbeResult>>>>;
