import type { Probe } from '../../../api/schema/pod.js';

export type ProbeKind = 'startup' | 'readiness' | 'liveness';
export type ProbeResult = 'success' | 'failure';

/**
 * What the probes of a pod's container instances came to, by container id: results that reached their threshold. A
 * missing one means that the instance was not judged yet.
 */
export type ProbeSnapshot = ReadonlyMap<string, Readonly<Partial<Record<ProbeKind, ProbeResult>>>>;

/** What one attempt says. `unknown` says nothing: the engine did not answer, or we were not awake to hear. */
export type ProbeVerdict = ProbeResult | 'unknown';

/** Where one probe of one container instance stands. */
export interface ProbeState {
  /** Absent until a threshold was reached for the first time. */
  readonly result?: ProbeResult;
  /** Of the latest attempt that said something, and how many in a row said so. */
  readonly last?: ProbeResult;
  readonly run: number;
}

export const NOT_PROBED: ProbeState = { run: 0 };

/** The state after one more attempt. Source: kubelet pkg/kubelet/prober/worker.go, doProbe. */
export function nextProbeState(
  state: ProbeState,
  verdict: ProbeVerdict,
  { failureThreshold = 3, successThreshold = 1 }: Pick<Probe, 'failureThreshold' | 'successThreshold'>,
): ProbeState {
  if (verdict === 'unknown') return state;
  const run = verdict === state.last ? state.run + 1 : 1;
  const threshold = verdict === 'failure' ? failureThreshold : successThreshold;
  return { ...state, last: verdict, run, ...(run >= threshold ? { result: verdict } : {}) };
}

/** What lies far back does not add up with what comes: the result stays, the count begins anew. */
export const forgetRun = ({ result }: ProbeState): ProbeState =>
  result === undefined ? NOT_PROBED : { result, run: 0 };

/** Nothing more to find out: the container has started, or it is going to be killed. */
export const isDecided = (kind: ProbeKind, { result }: ProbeState): boolean =>
  kind === 'startup' ? result !== undefined : kind === 'liveness' && result === 'failure';

/** One moment on both clocks, in milliseconds. */
export interface Moment {
  readonly now: number;
  readonly monotonic: number;
}

/** An agent that is late by this much was not running, and a clock that moved by this much beside the other was set. */
const GAP_MS = 5_000;

/** Was there a gap between two moments that should lie at most `expectedMs` apart: suspend, a stopped agent, a clock step? */
export function isGap(from: Moment, to: Moment, expectedMs: number): boolean {
  const monotonicMs = to.monotonic - from.monotonic;
  const wallMs = to.now - from.now;
  return monotonicMs > expectedMs + GAP_MS || Math.abs(wallMs - monotonicMs) > GAP_MS;
}

/** Source: kubelet, which looks at a pod again within a second when something about it changed. */
const SECOND_LOOK_MS = 1_000;

/**
 * When the next attempt is due after the one that was due before, on the monotonic clock. The rate is fixed; what was
 * missed is not made up for. A readiness probe that did not succeed at once is tried again soon: the container has
 * just been started, and the kubelet probes again whenever it looks at a pod that is not ready.
 */
export function nextDue(
  { firstAttempt, kind, ready }: { readonly firstAttempt: boolean; readonly kind: ProbeKind; readonly ready: boolean },
  { periodSeconds = 10 }: Pick<Probe, 'periodSeconds'>,
  due: number,
  monotonic: number,
): number {
  const periodMs = periodSeconds * 1_000;
  const soon = firstAttempt && kind === 'readiness' && !ready;
  return Math.max(due + (soon ? Math.min(periodMs, SECOND_LOOK_MS) : periodMs), monotonic);
}

/**
 * How long the first attempt waits, in milliseconds. An instance that ran before this agent did is met in a random part
 * of its period: after a start of the agent not all of them are probed at once.
 */
export function firstDelay(
  { initialDelaySeconds = 0, periodSeconds = 10 }: Pick<Probe, 'initialDelaySeconds' | 'periodSeconds'>,
  runningMs: number,
  adopted: boolean,
  random: number,
): number {
  const initialMs = initialDelaySeconds * 1_000;
  // Engine and agent need not agree about the time: never longer than specified.
  const left = Math.min(initialMs, Math.max(0, initialMs - runningMs));
  return adopted ? Math.max(left, random * periodSeconds * 1_000) : left;
}
