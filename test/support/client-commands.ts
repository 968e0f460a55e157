import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { startAgent, type Agent } from '../../src/agent.js';
import { runCommandLine } from '../../src/cli/program.js';
import { systemClock } from '../../src/lib/clock.js';
import { silentLogger } from '../../src/lib/logger.js';
import { kubectl134 } from './kubectl.js';
import { removeLeftovers } from './leftovers.js';
import { runProgram } from './streaming-node.js';

/** What a command gave. */
export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command that may not have ended yet. */
interface StartedCommand {
  readonly ended: Promise<CommandResult>;
  readonly out: () => string;
}

/** A real agent with its API, and the two command lines that talk to it. */
export interface ClientNode {
  readonly agent: Agent;
  /** A directory for the test's own files. */
  readonly scratch: string;
  readonly kubelette: (...args: readonly string[]) => Promise<CommandResult>;
  /** `kubelette` with something on its standard input. */
  readonly kubeletteWith: (input: Readable, ...args: readonly string[]) => Promise<CommandResult>;
  /** `kubelette`, and what it has written so far. */
  readonly start: (...args: readonly string[]) => StartedCommand;
  readonly startWith: (input: Readable, ...args: readonly string[]) => StartedCommand;
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
  const own = { KUBELETTE_DATA_DIR: dataDir };
  return {
    agent,
    scratch,
    kubelette: (...args) => startKubelette(args, own).ended,
    kubeletteWith: (input, ...args) => startKubelette(args, own, input).ended,
    start: (...args) => startKubelette(args, own),
    startWith: (input, ...args) => startKubelette(args, own, input),
    kubectl: async (...args) => {
      const { code, stderr, stdout } = await runProgram([kubectl134(), ...args], env);
      return { code, out: stdout.toString(), err: stderr };
    },
    close: async () => {
      await agent.stop({ deletePods: true, graceSeconds: 0 });
      // Claims outlive pods and agents.
      await removeLeftovers(agent.nodeName);
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

/** The command line in this process. */
function startKubelette(args: readonly string[], env: Readonly<Record<string, string>>, input?: Readable) {
  const texts = { out: [] as Buffer[], err: [] as Buffer[] };
  const collectInto = (chunks: Buffer[]) => ({
    write: (chunk: string | Uint8Array) => chunks.push(Buffer.from(chunk)),
  });
  const terminal = {
    out: collectInto(texts.out),
    err: collectInto(texts.err),
    env,
    clock: systemClock,
    ...(input === undefined ? {} : { input }),
  };
  const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString();
  const ended = runCommandLine(args, terminal).then((code) => ({ code, out: text(texts.out), err: text(texts.err) }));
  return { ended, out: () => text(texts.out) };
}
