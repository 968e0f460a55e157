import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent, type Agent } from '../../agent.js';
import type { PodSecurityLevel } from '../../api/pod-security/evaluate.js';
import type { ConfigObject } from '../../api/config-object.js';
import type { Pod } from '../../api/schema/pod.js';
import { abortable } from '../../lib/abort.js';
import { createLineLogger, type Logger, type LogLevel } from '../../lib/logger.js';
import { EXIT_INTERRUPTED } from '../interrupts.js';
import { painter } from '../output/colour.js';
import type { Terminal } from '../terminal.js';
import { ChangeView } from './change-view.js';
import { followManifests } from './follow-manifests.js';
import { LiveTableView } from './live-table-view.js';
import { LogView } from './log-view.js';
import { computeOutcome } from './outcome.js';
import { computeProgress } from './settled.js';
import type { View } from './view.js';
import { watchKind } from './watch-kind.js';

/** Logs of containers that have just ended are waited for so long. */
const DRAIN_MS = 5_000;

export interface RunOptions {
  readonly pods: readonly Pod[];
  /** What the pods use. */
  readonly configs: readonly ConfigObject[];
  readonly view: 'logs' | 'table';
  readonly nodeName: string;
  readonly dockerHost?: string;
  readonly podSecurity: PodSecurityLevel;
  readonly logLevel: LogLevel;
  /** How this command line was called, for commands to copy. */
  readonly program: string;
  /** Files and folders whose edits change the pods while they run. With it, the run does not end by itself. */
  readonly watch?: readonly string[];
}

/**
 * An agent of its own for these pods, until they have all ended or `interrupted` aborts; then nothing is left behind.
 * @returns the exit code
 */
export async function runPods(options: RunOptions, terminal: Terminal, interrupted: AbortSignal): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'kubelette-run-'));
  try {
    return await withAgent(options, dataDir, terminal, interrupted);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function withAgent(
  options: RunOptions,
  dataDir: string,
  terminal: Terminal,
  interrupted: AbortSignal,
): Promise<number> {
  const notes: { show(text: string): void } = { show: (text) => terminal.err.write(`${text}\n`) };
  const logger = createLineLogger(options.logLevel, ({ msg, problem }) =>
    notes.show(problem === undefined ? msg : `${msg}: ${problem}`),
  );
  const agent = await startAgent({
    nodeName: options.nodeName,
    dataDir,
    ephemeral: true,
    podSecurity: options.podSecurity,
    clock: terminal.clock,
    logger,
    ...(options.dockerHost === undefined ? {} : { dockerHost: options.dockerHost }),
  });
  const view = createView(options, agent, terminal);
  notes.show = (text) => view.note(text);
  const ended = new AbortController();
  const shown = view.show(ended.signal);
  try {
    return await untilEnd(options, agent, view, { terminal, logger, interrupted });
  } finally {
    view.stopping();
    try {
      await agent.stop({ deletePods: true });
      view.stopped();
    } finally {
      // Also when that failed: a terminal wants to be given back.
      ended.abort();
      await shown;
    }
  }
}

async function untilEnd(
  options: RunOptions,
  agent: Agent,
  view: View,
  { terminal, logger, interrupted }: { terminal: Terminal; logger: Logger; interrupted: AbortSignal },
): Promise<number> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, interrupted]);
  try {
    const end =
      options.watch === undefined
        ? createAll(options, agent, signal)
        : followManifests(options.watch, agent, terminal.clock, logger, signal);
    await abortable(Promise.race([agent.ready.then(() => never()), end]), interrupted);
    if (interrupted.aborted) return EXIT_INTERRUPTED;
    const outcome = computeOutcome(agent.store.list<Pod>('Pod').items);
    await Promise.race([view.drained(), terminal.clock.sleep(DRAIN_MS, over.signal)]);
    for (const line of outcome.lines) view.note(line);
    return outcome.exitCode;
  } catch (error) {
    if (interrupted.aborted) return EXIT_INTERRUPTED;
    throw error;
  } finally {
    over.abort();
  }
}

/** Resolves when every pod has ended. */
async function createAll({ configs, pods }: RunOptions, agent: Agent, signal: AbortSignal): Promise<void> {
  for (const object of configs) agent.applyConfig(object);
  for (const pod of pods) agent.createPod(pod);
  const done = new AbortController();
  const look = (): void => {
    if (computeProgress(agent.store.list<Pod>('Pod').items).finished) done.abort();
  };
  await watchKind<Pod>(agent.store, 'Pod', look, AbortSignal.any([signal, done.signal]));
}

/** Only the failure of the agent's start is of interest in a race. */
const never = (): Promise<never> => new Promise(() => undefined);

function createView(options: RunOptions, agent: Agent, terminal: Terminal): View {
  const paint = painter(terminal.out, terminal.env);
  if (options.view === 'logs') return new LogView(agent, terminal, paint, painter(terminal.err, terminal.env));
  if (terminal.out.isTTY === true && terminal.env['TERM'] !== 'dumb')
    return new LiveTableView(agent, terminal, paint, options.program);
  const names = options.pods.map((pod) => pod.metadata.name);
  return new ChangeView(agent, terminal, paint, options.program, names);
}
