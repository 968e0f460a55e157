import { build } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from './eventually.js';

/** `kubelette agent` as a process of its own, which can be killed. */
export interface AgentProcess {
  readonly child: ChildProcess;
  /** At once, with no chance to tidy up. */
  kill(): Promise<void>;
}

/** The command line of these sources, for as long as a test runs. */
export interface BuiltCommandLine {
  readonly path: string;
  /** @returns when it serves its API. @throws when it ends instead */
  startAgent(dataDir: string, nodeName: string, port: number): Promise<AgentProcess>;
  remove(): Promise<void>;
}

export async function buildCommandLine(name: string): Promise<BuiltCommandLine> {
  // Below the packages, which it imports.
  const path = join(process.cwd(), 'node_modules', '.cache', 'kubelette', `${name}-${process.pid}.mjs`);
  await build({
    ...{ entryPoints: ['src/cli/main.ts'], outfile: path, bundle: true, logLevel: 'warning' },
    ...{ platform: 'node', target: 'node20', format: 'esm', packages: 'external' },
  });
  return {
    path,
    remove: () => rm(path, { force: true }),
    startAgent: async (dataDir, nodeName, port) => {
      const flags = ['--data-dir', dataDir, '--node-name', nodeName, '--listen', `127.0.0.1:${port}`];
      const child = spawn(process.execPath, [path, 'agent', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
      const written: Buffer[] = [];
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => written.push(chunk));
      await eventually('the agent is ready', () => {
        const text = Buffer.concat(written).toString();
        if (child.exitCode !== null) throw new Error(`it ended: ${text}`);
        return /^ready: /m.test(text) && existsSync(join(dataDir, 'kubeconfig'));
      });
      return {
        child,
        kill: async () => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          child.kill('SIGKILL');
          await once(child, 'exit');
        },
      };
    },
  };
}
