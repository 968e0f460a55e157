import type { Command } from 'commander';
import { dockerHostOption, nodeNameOption, outputOption, type EngineFlags } from '../agent-flags.js';
import type { CommandContext } from '../command.js';
import { interruptible } from '../interrupts.js';
import { painter } from '../output/colour.js';
import { formatStructured, type StructuredFormat } from '../output/structured.js';
import type { Terminal } from '../terminal.js';

interface NamespacesFlags extends EngineFlags {
  readonly namespace: string;
  readonly nodeName?: string;
  readonly output?: StructuredFormat;
}

/** `kubelette namespaces POD`: which Linux namespaces the containers of a pod share, as the kernel says. */
export function registerNamespaces(program: Command, { terminal }: CommandContext): void {
  program
    .command('namespaces')
    .argument('<pod>', 'name of a running pod')
    .description('show which Linux namespaces the containers of a pod share')
    .option('-n, --namespace <namespace>', 'the pod’s Kubernetes namespace', 'default')
    .addOption(nodeNameOption('only pods of this node (default: of any on the engine)'))
    .addOption(dockerHostOption())
    .addOption(outputOption('json', 'yaml'))
    .action((pod: string, flags: NamespacesFlags) =>
      interruptible((interrupted) => showNamespaces(pod.replace(/^pods?\//, ''), flags, terminal, interrupted)),
    );
}

async function showNamespaces(
  pod: string,
  flags: NamespacesFlags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const [{ connectEngine }, { listKubeletteObjects }, { findPodContainers }, { readProcesses }, report, table] =
    await Promise.all([
      import('../../docker/connect.js'),
      import('../../docker/inventory.js'),
      import('../namespaces/find-pod.js'),
      import('../namespaces/read-processes.js'),
      import('../namespaces/namespace-report.js'),
      import('../namespaces/namespace-table.js'),
    ]);
  const engine = await connectEngine(flags.dockerHost, terminal.clock, signal);
  const only = flags.nodeName === undefined ? {} : { nodeName: flags.nodeName };
  const { containers } = await listKubeletteObjects(engine, only, signal);
  const found = findPodContainers(containers, flags.namespace, pod);
  const processes = await readProcesses(engine, found, signal);
  const result = report.computeNamespaceReport(`${flags.namespace}/${pod}`, found[0]?.nodeName ?? '', processes);
  terminal.out.write(
    flags.output === undefined
      ? table.formatNamespaceReport(result, painter(terminal.out, terminal.env))
      : await formatStructured(result, flags.output),
  );
}
