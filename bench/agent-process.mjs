import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { command, pause, until } from './support.mjs';

export const CLI = fileURLToPath(new URL('../dist/cli.cjs', import.meta.url));
const TICKS_PER_SECOND = 100;

/** A node whose agent is a process of its own, as a user has it, and can be started again and again. */
export async function openAgent() {
  const dataDir = await mkdtemp(join(tmpdir(), 'kubelette-bench-'));
  const nodeName = `bench-${process.pid}`;
  const kubeconfig = join(dataDir, 'kubeconfig');
  let child;
  const agent = {
    kubeconfig,
    /** @returns ms until it is ready: every pod that was there before is adopted */
    async start() {
      const began = performance.now();
      const flags = ['--data-dir', dataDir, '--node-name', nodeName, '--listen', '127.0.0.1:0', '--log-level', 'warn'];
      child = spawn(process.execPath, [CLI, 'agent', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.on('data', (chunk) => (output += chunk));
      await until('the agent is ready', () => /^ready: /m.test(output));
      return performance.now() - began;
    },
    /** The pods stay. */
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
    kubelette: (...args) => command(process.execPath, [CLI, ...args], { KUBECONFIG: kubeconfig }),
    /** @returns percent of a core, and what is resident in MB, while nothing happens */
    async idle(forMs) {
      const before = await cpuSeconds(child.pid);
      const began = performance.now();
      await pause(forMs);
      const percent = ((await cpuSeconds(child.pid)) - before) / ((performance.now() - began) / 100_000);
      const [, kilobytes] = /^VmRSS:\s*(\d+)/m.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'));
      return { percent, megabytes: Number(kilobytes) / 1024 };
    },
    async close() {
      if (child?.exitCode === null) await agent.stop();
      await command(process.execPath, [CLI, 'gc', '--node-name', nodeName]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return agent;
}

async function cpuSeconds(pid) {
  const [, fields] = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ');
  const [user, system] = fields.split(' ').slice(11, 13).map(Number);
  return (user + system) / TICKS_PER_SECOND;
}
