import type { Command } from 'commander';
import { errorMessage } from '../../lib/errors.js';
import { dockerHostOption, outputOption, type EngineFlags } from '../agent-flags.js';
import type { CommandContext } from '../command.js';
import { escapeLines, escapeText } from '../output/escape.js';
import { formatStructured, type StructuredFormat } from '../output/structured.js';
import type { Terminal } from '../terminal.js';
import { VERSION } from '../version.js';

interface VersionFlags extends EngineFlags {
  readonly client?: true;
  readonly output?: StructuredFormat;
}

interface EngineVersion {
  readonly version: string;
  readonly apiVersion: string;
  readonly architecture: string;
  readonly endpoint: string;
}

/** `kubelette version`: this program and the engine it would use. */
export function registerVersion(program: Command, { terminal, exit }: CommandContext): void {
  program
    .command('version')
    .description('print the version of kubelette and of the engine')
    .option('--client', 'of kubelette only, without looking for an engine')
    .addOption(dockerHostOption())
    .addOption(outputOption('json', 'yaml'))
    .action(async (flags: VersionFlags) => {
      const client = { version: VERSION, node: process.versions.node };
      const engine = flags.client === true ? undefined : await engineVersion(flags, terminal);
      if (typeof engine === 'string') {
        terminal.err.write(`error: ${escapeLines(engine)}\n`);
        exit(1);
      }
      const found = typeof engine === 'string' ? undefined : engine;
      if (flags.output !== undefined)
        terminal.out.write(await formatStructured({ client, engine: found }, flags.output));
      else terminal.out.write(versionText(client, found));
    });
}

function versionText(client: { readonly version: string; readonly node: string }, engine?: EngineVersion): string {
  const own = `kubelette ${client.version} (Node ${client.node})\n`;
  if (engine === undefined) return own;
  const { version, apiVersion, architecture, endpoint } = engine;
  return `${own}engine ${escapeText(version)} (API ${apiVersion}, ${architecture}) at ${escapeText(endpoint)}\n`;
}

/** The engine's version, or what keeps us from knowing it. */
async function engineVersion(flags: EngineFlags, terminal: Terminal): Promise<EngineVersion | string> {
  const { connectEngine } = await import('../../docker/connect.js');
  try {
    return (await connectEngine(flags.dockerHost, terminal.clock, new AbortController().signal)).facts;
  } catch (error) {
    return errorMessage(error);
  }
}
