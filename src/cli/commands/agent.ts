import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { Agent } from '../../agent.js';
import type { PodSecurityLevel } from '../../api/pod-security/evaluate.js';
import { wantsColour } from '../../lib/wants-colour.js';
import { DEFAULT_MAX_PODS } from '../../options.js';
import {
  addLogFlags,
  dockerHostOption,
  nodeNameOption,
  podSecurityOption,
  type EngineFlags,
  type LogFlags,
} from '../agent-flags.js';
import type { CommandContext } from '../command.js';
import { defaultDataDir, displayPath } from '../files.js';
import { addContainerLogFlags, containerLogOptions, type ContainerLogFlags } from '../container-log-flags.js';
import { addImageFlags, imageOptions, type ImageFlags } from '../image-flags.js';
import { interruptible } from '../interrupts.js';
import { nodeNameOf } from '../node-name.js';
import { escapeText } from '../output/escape.js';
import type { Terminal } from '../terminal.js';

interface Listen {
  readonly host: string;
  readonly port: number;
}

interface AgentFlags extends ContainerLogFlags, EngineFlags, ImageFlags, LogFlags {
  readonly dataDir: string;
  readonly manifestDir?: string;
  readonly manifestUrl?: string;
  readonly nodeName: string;
  readonly listen: Listen;
  readonly podSecurity: PodSecurityLevel;
  readonly maxPods: number;
  readonly podPidsLimit?: number;
}

/** `kubelette agent`: the node agent in the foreground. */
export function registerAgent(program: Command, { terminal }: CommandContext): void {
  const command = program
    .command('agent')
    .description('run the node agent in the foreground; its pods keep running after it ends')
    .addOption(
      new Option('--data-dir <dir>', 'everything the agent writes')
        .env('KUBELETTE_DATA_DIR')
        .default(defaultDataDir(terminal.env, homedir())),
    )
    .addOption(
      new Option('--manifest-dir <dir>', 'static pods: every *.yaml, *.yml and *.json in it; watched').env(
        'KUBELETTE_MANIFEST_DIR',
      ),
    )
    .addOption(new Option('--manifest-url <url>', 'static pods from HTTP, every 20 s').env('KUBELETTE_MANIFEST_URL'))
    .addOption(
      new Option('--listen <host:port>', 'the Kubernetes API; port 0 picks a free one')
        .argParser(parseListen)
        .default(parseListen('127.0.0.1:10350'), '127.0.0.1:10350')
        .env('KUBELETTE_LISTEN'),
    )
    .addOption(
      nodeNameOption('owner of everything on the engine').env('KUBELETTE_NODE_NAME').default(nodeNameOf(hostname())),
    )
    .addOption(podSecurityOption())
    .addOption(
      new Option('--max-pods <n>', 'pods that run side by side')
        .argParser(parseCount)
        .default(DEFAULT_MAX_PODS)
        .env('KUBELETTE_MAX_PODS'),
    )
    .addOption(
      new Option('--pod-pids-limit <n>', 'most processes and threads of each container')
        .argParser(parseCount)
        .env('KUBELETTE_POD_PIDS_LIMIT'),
    )
    .addOption(dockerHostOption());
  addContainerLogFlags(command);
  addImageFlags(command);
  addLogFlags(command, 'info').action((flags: AgentFlags) => runAgent(flags, terminal));
}

async function runAgent(flags: AgentFlags, terminal: Terminal): Promise<void> {
  const [{ startAgent }, { createLogger }] = await Promise.all([
    import('../../agent.js'),
    import('../../lib/logger.js'),
  ]);
  const format = flags.logFormat ?? (terminal.err.isTTY === true ? 'pretty' : 'json');
  const dataDir = resolve(flags.dataDir);
  const manifestDir = flags.manifestDir === undefined ? undefined : resolve(flags.manifestDir);
  await interruptible(async (interrupted) => {
    const agent = await startAgent({
      nodeName: flags.nodeName,
      dataDir,
      ephemeral: false,
      listen: flags.listen,
      images: imageOptions(flags),
      containerLogs: containerLogOptions(flags),
      podSecurity: flags.podSecurity,
      maxPods: flags.maxPods,
      clock: terminal.clock,
      logger: createLogger(flags.logLevel, format, { colour: wantsColour(terminal.err, terminal.env) }),
      ...(flags.podPidsLimit === undefined ? {} : { podPidsLimit: flags.podPidsLimit }),
      ...(flags.dockerHost === undefined ? {} : { dockerHost: flags.dockerHost }),
      ...(manifestDir === undefined ? {} : { manifestDir }),
      ...(flags.manifestUrl === undefined ? {} : { manifestUrl: flags.manifestUrl }),
    });
    try {
      await serve(
        agent,
        { ...flags, dataDir, ...(manifestDir === undefined ? {} : { manifestDir }) },
        terminal,
        interrupted,
      );
    } finally {
      await agent.stop({ deletePods: false });
    }
  });
}

async function serve(agent: Agent, flags: AgentFlags, terminal: Terminal, interrupted: AbortSignal): Promise<void> {
  terminal.out.write(whereThingsAre(agent, flags));
  const stopped = new Promise<'stopped'>((resolveStopped) => {
    interrupted.addEventListener('abort', () => resolveStopped('stopped'), { once: true });
    if (interrupted.aborted) resolveStopped('stopped');
  });
  const first = await Promise.race([agent.ready.then(() => 'ready' as const), stopped]);
  if (first === 'ready') {
    const { version, endpoint } = agent.engine;
    terminal.out.write(
      `ready: Docker ${escapeText(version)} at ${escapeText(endpoint)}. Ctrl-C ends the agent, not its pods.\n`,
    );
    await stopped;
  }
}

function whereThingsAre(agent: Agent, flags: AgentFlags): string {
  const home = homedir();
  const lines = [
    `node       ${agent.nodeName}`,
    ...(agent.url === undefined
      ? []
      : [`api        ${agent.url}`, `kubeconfig ${displayPath(join(flags.dataDir, 'kubeconfig'), home)}`]),
    `data       ${displayPath(flags.dataDir, home)}`,
    `logs       ${displayPath(join(flags.dataDir, 'logs', 'pods'), home)}`,
    ...(flags.manifestDir === undefined ? [] : [`manifests  ${displayPath(flags.manifestDir, home)} (watched)`]),
    ...(flags.manifestUrl === undefined ? [] : [`manifests  ${flags.manifestUrl} (every 20 s)`]),
  ];
  return lines.map((line) => `${escapeText(line)}\n`).join('');
}

function parseCount(text: string): number {
  const limit = Number(text);
  if (/^[1-9]\d{0,6}$/.test(text)) return limit;
  throw new InvalidArgumentError('Expected a whole number of at least 1.');
}

/** `127.0.0.1:10350`, `[::1]:0`, `localhost:8443` */
function parseListen(text: string): Listen {
  const match = /^(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^:]*)):(?<port>\d{1,5})$/.exec(text);
  const host = match?.groups?.['bracketed'] ?? match?.groups?.['plain'] ?? '';
  const port = Number(match?.groups?.['port'] ?? NaN);
  if (Number.isNaN(port) || port > 65_535) {
    throw new InvalidArgumentError('Expected HOST:PORT, for example 127.0.0.1:10350.');
  }
  return { host: host === '' ? '127.0.0.1' : host, port };
}
