import { isAbort } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import { fieldPath } from '../core/spec/container-path.js';
import {
  firstDelay,
  forgetRun,
  isDecided,
  isGap,
  nextDue,
  nextProbeState,
  NOT_PROBED,
  type Moment,
  type ProbeResult,
  type ProbeVerdict,
} from '../core/probes/probe-state.js';
import type { ProbeTarget } from '../core/probes/probe-targets.js';
import type { EventSink } from '../events/event-sink.js';
import type { Attempt } from './attempt.js';
import type { Handler } from './handlers.js';

export interface ProbeWorkerOptions {
  readonly target: ProbeTarget;
  readonly handler: Handler;
  readonly events: EventSink;
  readonly clock: Clock;
  /** Engine's clock minus the agent's. */
  readonly clockSkewMs: number;
  /** The instance ran before this agent did. */
  readonly adopted: boolean;
  /** 0 to 1. */
  readonly random: number;
  /** A result that differs from the one before. */
  readonly onResult: (result: ProbeResult) => void;
}

/** Errors, unlike failures, are tried again at once. Source: kubelet maxProbeRetries. */
const TRIES = 3;

const NAMES = { startup: 'Startup', readiness: 'Readiness', liveness: 'Liveness' } as const;

/**
 * The loop of one probe of one container instance: it knows of no other instance, so a verdict can only count for the one
 * it was found on. Ends when there is nothing more to find out, and on abort. Never throws.
 */
export async function runProbeWorker(options: ProbeWorkerOptions, signal: AbortSignal): Promise<void> {
  try {
    await probe(options, signal);
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
  }
}

async function probe(options: ProbeWorkerOptions, signal: AbortSignal): Promise<void> {
  const { clock, onResult, target } = options;
  const { kind, probe: spec } = target;
  const runningMs = clock.now() + options.clockSkewMs - target.startedAt;
  await clock.sleep(firstDelay(spec, runningMs, options.adopted, options.random), signal);

  let state = NOT_PROBED;
  let due = clock.monotonic();
  for (let attempts = 0; ; attempts += 1) {
    const began = momentOf(clock);
    const heard = await tryOnce(options, signal);
    const ended = momentOf(clock);
    const timeoutMs = (spec.timeoutSeconds ?? 1) * 1_000;
    // What was not heard while nobody was awake to hear it is no failure. What was is one, however long the engine took.
    const wasAsleep = heard === 'unheard' && isGap(began, ended, TRIES * 2 * timeoutMs);
    const verdict = wasAsleep ? 'unknown' : heard === 'unheard' ? 'failure' : heard;
    const before = state.result;
    state = nextProbeState(state, verdict, spec);
    if (state.result !== undefined && state.result !== before) onResult(state.result);
    if (isDecided(kind, state)) return;

    const { result } = state;
    const firstAttempt = attempts === 0 && !options.adopted;
    due = nextDue({ firstAttempt, kind, ready: result === 'success' }, spec, due, ended.monotonic);
    const waitMs = due - ended.monotonic;
    await clock.sleep(waitMs, signal);
    if (isGap(ended, momentOf(clock), waitMs)) {
      state = forgetRun(state);
      due = clock.monotonic();
    }
  }
}

/** An attempt, with the event that tells of it. Source: kubelet pkg/kubelet/prober/prober.go. */
async function tryOnce(
  { events, handler, target }: ProbeWorkerOptions,
  signal: AbortSignal,
): Promise<ProbeVerdict | 'unheard'> {
  const { container, containerKind, kind, pod } = target;
  const tell = (reason: string, text: string): void => {
    events.event(pod, 'Warning', reason, `${NAMES[kind]} probe ${text}`, fieldPath(containerKind, container.name));
  };
  const heard = await withRetries(handler, signal);
  // What comes in when it no longer matters is not told.
  signal.throwIfAborted();
  if (heard instanceof Error) {
    tell('Unhealthy', `errored and resulted in unknown state: ${heard.message}`);
    return 'unknown';
  }
  if (heard.verdict === 'failure') tell('Unhealthy', `failed: ${heard.output}`);
  if (heard.verdict === 'warning') tell('ProbeWarning', `warning: ${heard.output}`);
  if (heard.verdict !== 'failure') return 'success';
  return heard.unheard === true ? 'unheard' : 'failure';
}

async function withRetries(handler: Handler, signal: AbortSignal): Promise<Attempt | Error> {
  let last = new Error('not tried');
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      return await handler(signal);
    } catch (error) {
      signal.throwIfAborted();
      last = new Error(errorMessage(error), { cause: error });
    }
  }
  return last;
}

const momentOf = (clock: Clock): Moment => ({ now: clock.now(), monotonic: clock.monotonic() });
