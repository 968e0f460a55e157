import type { Command } from 'commander';
import { hostname } from 'node:os';
import { dockerHostOption, nodeNameOption, outputOption, type EngineFlags } from '../agent-flags.js';
import type { CommandContext } from '../command.js';
import { interruptible } from '../interrupts.js';
import { nodeNameOf } from '../node-name.js';
import { escapeLines } from '../output/escape.js';
import { formatStructured, type StructuredFormat } from '../output/structured.js';
import type { Terminal } from '../terminal.js';

interface GcFlags extends EngineFlags {
  readonly all?: true;
  readonly claims?: true;
  readonly nodeName: string;
  readonly output?: StructuredFormat;
}

/** `kubelette gc`: removes what agents have left on the engine. */
export function registerGc(program: Command, { terminal }: CommandContext): void {
  program
    .command('gc')
    .description('remove everything of this node name from the engine, running pods included')
    .option('--all', 'of every kubelette node on the engine')
    .option('--claims', 'the volumes of PersistentVolumeClaims too, with what is in them')
    .addOption(nodeNameOption('whose things to remove').env('KUBELETTE_NODE_NAME').default(nodeNameOf(hostname())))
    .addOption(dockerHostOption())
    .addOption(outputOption('json', 'yaml'))
    .action((flags: GcFlags) => interruptible((interrupted) => collectGarbage(flags, terminal, interrupted)));
}

async function collectGarbage(flags: GcFlags, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const [{ connectEngine }, inventory, { computeRemoved, keptText, removedText, withoutClaims }] = await Promise.all([
    import('../../docker/connect.js'),
    import('../../docker/inventory.js'),
    import('../gc/removed.js'),
  ]);
  const engine = await connectEngine(flags.dockerHost, terminal.clock, signal);
  const scope = flags.all === true ? {} : { nodeName: flags.nodeName };
  const found = await inventory.listKubeletteObjects(engine, scope, signal);
  const before = flags.claims === true ? found : withoutClaims(found);
  await inventory.removeKubeletteObjects(engine, before, signal);
  // Looked at again rather than believed: what is still in use elsewhere stays.
  const after = await inventory.listKubeletteObjects(engine, scope, signal);
  const removed = computeRemoved(before, after);
  const text = removedText(removed) + keptText(found.volumes.length - before.volumes.length);
  terminal.out.write(
    flags.output === undefined ? escapeLines(text) : await formatStructured({ removed }, flags.output),
  );
}
