import { errorMessage, hasCode } from '../lib/errors.js';
import type { ContainerRuntime } from '../runtime/runtime.js';
import type { ContainerSpec } from '../runtime/specs.js';

/** An engine that may not lower the score says so, or its runtime just dies (runc 1.1: the pipe to its child ends). */
const REFUSES_SCORE = /oom_score_adj|can't get final child's PID from pipe: EOF/;
const LACKS_CAPABILITIES = /unable to apply caps: operation not permitted/;

/**
 * What this engine has no right to set, found out by its errors and remembered while the agent runs: an engine in a
 * container of its own often lacks CAP_SYS_RESOURCE. What a container can do without is left out, and the user is told.
 */
export class EngineRestraints {
  readonly #runtime: ContainerRuntime;
  #refusesScore = false;

  constructor(runtime: ContainerRuntime) {
    this.#runtime = runtime;
  }

  /** The spec without what is known to be refused. */
  adapt(spec: ContainerSpec, leftOut: (what: string) => void): ContainerSpec {
    const score = lowScore(spec);
    if (!this.#refusesScore || score === undefined) return spec;
    leftOut(scoreText(score));
    return withoutScore(spec);
  }

  /**
   * Starts a created container. When the engine refuses what it can do without, another one takes its place.
   *
   * @returns the id of the one that runs
   * @throws as `startContainer`
   */
  async start(id: string, spec: ContainerSpec, leftOut: (what: string) => void, signal: AbortSignal): Promise<string> {
    try {
      await this.#runtime.startContainer(id, signal);
      return id;
    } catch (error) {
      const score = lowScore(spec);
      const mayHelp = score !== undefined && !hasCode(error, 'Unavailable') && REFUSES_SCORE.test(errorMessage(error));
      if (signal.aborted || !mayHelp) throw error;
      // The failed one would be taken for this attempt.
      await this.#runtime.removeContainer(id, signal);
      const other = await this.#runtime.createContainer(withoutScore(spec), signal);
      await this.#runtime.startContainer(other, signal);
      this.#refusesScore = true;
      leftOut(scoreText(score));
      return other;
    }
  }

  /** The engine's words, with ours where they need them. */
  explain({ security }: ContainerSpec, message: string): string {
    if (!LACKS_CAPABILITIES.test(message)) return message;
    const asked = security.privileged ? 'privileged: true' : `capabilities.add: [${security.capAdd.join(', ')}]`;
    return `the Docker engine itself lacks capabilities that the container asks for (${asked}): ${message}`;
  }
}

const lowScore = ({ resources: { oomScoreAdj } }: ContainerSpec): number | undefined =>
  oomScoreAdj !== undefined && oomScoreAdj < 0 ? oomScoreAdj : undefined;

function withoutScore(spec: ContainerSpec): ContainerSpec {
  const { oomScoreAdj: _, ...resources } = spec.resources;
  return { ...spec, resources };
}

const scoreText = (score: number): string =>
  `oom_score_adj ${score} is left out: the Docker engine has no right to set it (CAP_SYS_RESOURCE)`;
