import { existsSync } from 'node:fs';

import { CLI, openAgent } from '../agent-process.mjs';
import { compare, rowsOf, timed } from '../compare.mjs';
import { KUBECTL } from '../kubectl.mjs';
import { command } from '../support.mjs';

/** From the start of a command to its end. What Node alone takes is the floor. */
export async function run({ quick, rounds = quick ? 5 : 15 }) {
  const agent = await openAgent();
  try {
    await agent.start();
    const asks = [
      ['kubelette get pods', process.execPath, CLI, 'get', 'pods'],
      ['node alone', process.execPath, '-e', '0'],
      ['kubectl get pods', KUBECTL, 'get', 'pods'],
      ['docker ps', 'docker', 'ps'],
      ['docker-compose version', 'docker-compose', 'version'],
      ['podman ps', 'podman', 'ps'],
    ].filter(([, file]) => file !== KUBECTL || existsSync(file));
    const contenders = asks.map(([name, file, ...args]) => ({
      name,
      ask: () => command(file, args, { KUBECONFIG: agent.kubeconfig }),
    }));
    const rows = rowsOf('command', await compare(contenders, rounds, ({ ask }) => timed(ask)));
    return rows.map((row, index) => (index === 0 ? { ...row, target: 'below 200 ms' } : row));
  } finally {
    await agent.close();
  }
}
