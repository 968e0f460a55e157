import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent, type Agent } from '../../src/agent.js';
import { runCommandLine } from '../../src/cli/program.js';
import { systemClock } from '../../src/lib/clock.js';
import { silentLogger } from '../../src/lib/logger.js';
import { kubectl134 } from './kubectl.js';
import { runProgram } from './streaming-node.js';

/** What a command gave. */
export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A real agent with its API, and the two command lines that talk to it. */
export interface ClientNode {
  readonly agent: Agent;
  /** A directory for the test's own files. */
  readonly scratch: string;
  readonly kubelette: (...args: readonly string[]) => Promise<CommandResult>;
  readonly kubectl: (...args: readonly string[]) => Promise<CommandResult>;
  /** Deletes the pods. */
  close(): Promise<void>;
}

export async function startClientNode(name: string): Promise<ClientNode> {
  const scratch = await mkdtemp(join(tmpdir(), 'kubelette-client-'));
  const dataDir = join(scratch, 'data');
  const agent = await startAgent({
    nodeName: `test-${name}-${randomUUID().slice(0, 8)}`,
    dataDir,
    ephemeral: false,
    listen: { host: '127.0.0.1', port: 0 },
    clock: systemClock,
    logger: silentLogger,
  });
  await agent.ready;
  const kubeconfig = join(dataDir, 'kubeconfig');
  const env = { HOME: scratch, KUBECONFIG: kubeconfig, KUBECACHEDIR: join(scratch, 'cache') };
  return {
    agent,
    scratch,
    kubelette: (...args) => runKubelette(args, { KUBELETTE_DATA_DIR: dataDir }),
    kubectl: async (...args) => {
      const { code, stderr, stdout } = await runProgram([kubectl134(), ...args], env);
      return { code, out: stdout.toString(), err: stderr };
    },
    close: async () => {
      await agent.stop({ deletePods: true, graceSeconds: 0 });
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

/** The command line in this process. */
async function runKubelette(args: readonly string[], env: Readonly<Record<string, string>>): Promise<CommandResult> {
  const texts = { out: [] as Buffer[], err: [] as Buffer[] };
  const collect = (chunks: Buffer[]) => ({ write: (chunk: string | Uint8Array) => chunks.push(Buffer.from(chunk)) });
  const terminal = { out: collect(texts.out), err: collect(texts.err), env, clock: systemClock };
  const code = await runCommandLine(args, terminal);
  return { code, out: Buffer.concat(texts.out).toString(), err: Buffer.concat(texts.err).toString() };
}
