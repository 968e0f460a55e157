import type { PodSecurityLevel } from '../../api/pod-security/evaluate.js';
import type { LogLevel } from '../../lib/logger.js';
import { countText, problemLine, readManifests } from '../manifests.js';
import { painter } from '../output/colour.js';
import { escapeText } from '../output/escape.js';
import type { Terminal } from '../terminal.js';
import { programName } from './next-steps.js';
import { runPods } from './run.js';

/** What `kubelette run` was told. */
export interface RunManifestsOptions {
  readonly filename: readonly string[];
  readonly watch?: true;
  readonly view: 'logs' | 'table';
  readonly nodeName: string;
  readonly dockerHost?: string;
  readonly podSecurity: PodSecurityLevel;
  readonly logLevel: LogLevel;
}

/**
 * Runs what is in these files. When anything is wrong with them all problems are printed and nothing is started.
 * @returns the exit code
 */
export async function runManifests(
  options: RunManifestsOptions,
  terminal: Terminal,
  interrupted: AbortSignal,
): Promise<number> {
  const found = await readManifests(options.filename);
  const paint = painter(terminal.err, terminal.env);
  const problems = found.problems;
  for (const problem of problems) terminal.err.write(`${paint('red', escapeText(problemLine(problem, 'error')))}\n`);
  for (const warning of found.warnings)
    terminal.err.write(`${paint('yellow', escapeText(problemLine(warning, 'warning')))}\n`);
  if (problems.length > 0) {
    terminal.err.write(`${countText({ ...found, problems })}; nothing was started\n`);
    return 1;
  }
  const { dockerHost, filename, logLevel, nodeName, podSecurity, view, watch } = options;
  const run = {
    pods: found.pods,
    configs: found.configs,
    view,
    nodeName,
    podSecurity,
    logLevel,
    program: programName(process.argv[1], process.cwd()),
    ...(watch === true ? { watch: filename } : {}),
    ...(dockerHost === undefined ? {} : { dockerHost }),
  };
  return runPods(run, terminal, interrupted);
}
