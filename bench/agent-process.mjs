import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { atEnd } from './endings.mjs';
import { usageOf } from './process-usage.mjs';
import { command, pause, until } from './support.mjs';

export const CLI = fileURLToPath(new URL('../dist/cli.cjs', import.meta.url));

/**
 * A node whose agent is a process of its own, as a user has it, and can be started again and again.
 *
 * @param flags more of the agent's, for every start
 */
export async function openAgent({ name = 'bench', flags = [] } = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), `kubelette-${name}-`));
  const nodeName = `${name}-${process.pid}`;
  const kubeconfig = join(dataDir, 'kubeconfig');
  const own = ['--data-dir', dataDir, '--node-name', nodeName, '--listen', '127.0.0.1:0', '--log-level', 'warn'];
  let child;
  let output = '';
  let errors = '';
  const agent = {
    dataDir,
    kubeconfig,
    nodeName,
    get pid() {
      return child.pid;
    },
    /** What it wrote on stderr since its start. */
    get errors() {
      return errors;
    },
    /** @returns ms until it is ready: every pod that was there before is adopted */
    async start() {
      const began = performance.now();
      // Where a debugger would listen, should it be asked for (SIGUSR1). In a group of its own: Ctrl-C is not for it.
      const args = ['--inspect-port=127.0.0.1:0', CLI, 'agent', ...own, ...flags];
      child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      [output, errors] = ['', ''];
      child.stdout.on('data', (chunk) => (output += chunk));
      child.stderr.on('data', (chunk) => {
        errors += chunk;
        if (!/^(Debugger|For help)/.test(chunk)) process.stderr.write(chunk);
      });
      await until('the agent is ready', () => /^ready: /m.test(output) || failedStart(child, errors));
      return performance.now() - began;
    },
    /** The pods stay. */
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
    signal: (signal) => child.kill(signal),
    kubelette: (...args) => command(process.execPath, [CLI, ...args], { KUBECONFIG: kubeconfig }),
    usage: () => usageOf(child.pid),
    /** @returns percent of a core, and what is resident in MB, while nothing happens */
    async idle(forMs) {
      const before = await agent.usage();
      const began = performance.now();
      await pause(forMs);
      const { cpuSeconds, megabytes } = await agent.usage();
      const percent = (cpuSeconds - before.cpuSeconds) / ((performance.now() - began) / 100_000);
      return { percent, megabytes };
    },
    close: atEnd(async () => {
      if (child?.exitCode === null && child.signalCode === null) await agent.stop();
      await command(process.execPath, [CLI, 'gc', '--node-name', nodeName]);
      await rm(dataDir, { recursive: true, force: true });
    }),
  };
  return agent;
}

function failedStart(child, errors) {
  if (child.exitCode !== null) throw new Error(`the agent ended: ${errors.trim().split('\n').at(-1)}`);
  return false;
}
