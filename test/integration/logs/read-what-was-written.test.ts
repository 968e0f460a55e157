import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { app, SERVES, TestNode } from '../../support/agent.js';
import { eventually } from '../../support/eventually.js';

const ROUNDS = 30;
const { signal } = new AbortController();

let node: TestNode;
beforeAll(async () => {
  node = await TestNode.started('written');
  node.create('web', {});
  await node.ready('web');
});
afterAll(async () => node.close());

const engineHas = async (id: string, text: string): Promise<boolean> => {
  const log = await node.docker.getContainer(id).logs({ stdout: true, stderr: true, tail: 1 });
  return log.toString().includes(text);
};

describe('reading a log', () => {
  it(`has every line the engine has, ${String(ROUNDS)} times in a row`, async () => {
    const { id } = await node.running('web');
    for (let round = 1; round <= ROUNDS; round += 1) {
      const line = `line ${String(round)} of ${String(ROUNDS)}`;
      const session = await node.agent.operations.exec(
        { namespace: 'default', name: 'web' },
        { command: ['sh', '-c', `echo ${line} >/proc/1/fd/${String(1 + (round % 2))}`], tty: false, stdin: false },
        signal,
      );
      session.stdout.resume();
      session.stderr?.resume();
      expect(await session.exitCode).toBe(0);
      // From the pipe of the process to its log the engine takes a moment too.
      await eventually('the engine has the line', async () => engineHas(id, line));
      expect((await node.logs('web')).trimEnd().split('\n').at(-1)).toBe(line);
    }
    expect((await node.logs('web')).trimEnd().split('\n')).toHaveLength(ROUNDS);
  });

  it('has everything of a container that has just ended', async () => {
    node.create('job', { restartPolicy: 'Never', containers: [app('seq 5000; printf end')] });
    await node.until('job', 'has succeeded', ({ status }) => status?.phase === 'Succeeded');
    const lines = (await node.logs('job')).trimEnd().split('\n');
    expect([lines.length, lines.at(-1)]).toEqual([5001, 'end']);
  });

  it('does not wait for a container that is silent', async () => {
    node.create('silent', { containers: [app(SERVES)] });
    await node.ready('silent');
    expect(await node.logs('silent')).toBe('');
  });
});
