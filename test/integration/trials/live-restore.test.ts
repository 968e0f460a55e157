import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { app, isReady, TestNode } from '../../support/agent.js';
import { counted } from '../../support/counting.js';
import { PrivateEngine } from '../../support/engine.js';
import { eventually } from '../../support/eventually.js';
import { probed } from '../../support/probed-pod.js';

const BACK = 'the Docker engine answers again';

describe('an engine with live-restore', () => {
  let engine: PrivateEngine;
  let node: TestNode;
  beforeAll(async () => {
    engine = await PrivateEngine.open();
    await engine.start('--live-restore');
    await engine.copyImage();
    node = await TestNode.started('live', { dockerHost: engine.host });
    node.create('web', probed);
    node.create('mortal', { containers: [app('trap "exit 3" TERM; sleep 100000 & wait')] });
    await Promise.all([node.ready('web'), node.ready('mortal')]);
  });
  afterAll(async () => {
    await node.close();
    await engine.close();
  });

  const returns = async (): Promise<void> => {
    node.said.splice(0);
    await engine.start('--live-restore');
    await eventually('the agent says so', () => node.said.some(({ msg }) => msg === BACK));
  };
  const lines = async (): Promise<number> => counted(await node.logs('web'));

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'that ends by %s and starts again is not noticed by pods',
    async (signal) => {
      const before = { containers: await node.containers('web'), pod: node.pod('web'), lines: await lines() };
      await engine.end(signal);
      await returns();
      await eventually('lines of after it', async () => (await lines()) > before.lines + 10);
      expect({ containers: await node.containers('web'), pod: node.pod('web') }).toEqual({
        containers: before.containers,
        pod: before.pod,
      });
      // Probes and commands go on.
      await node.sh('web', 'rm /ready');
      await node.until('web', 'is not ready', (pod) => !isReady(pod));
      await node.sh('web', 'touch /ready');
      await node.ready('web');
      expect(node.status('web')?.restartCount).toBe(0);
      expect(node.status('web', 'web')?.restartCount).toBe(0);
    },
  );

  it('finds out how a container ended that did so while there was none', async () => {
    const { State } = await node.docker.getContainer((await node.running('mortal')).id).inspect();
    await engine.end('SIGTERM');
    process.kill(State.Pid, 'SIGTERM');
    await returns();
    await node.until('mortal', 'has restarted', () => node.status('mortal')?.restartCount === 1);
    await node.ready('mortal');
    expect(node.status('mortal')?.lastState?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    expect(node.status('web')?.restartCount).toBe(0);
  });
});
