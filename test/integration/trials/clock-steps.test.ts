import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isReady, app, DEAF, TestNode } from '../../support/agent.js';
import { counted } from '../../support/counting.js';
import { eventually } from '../../support/eventually.js';
import { probed } from '../../support/probed-pod.js';
import { steppedClock } from '../../support/stepped-clock.js';

const HOUR_MS = 3_600_000;

describe('an agent whose clock is set', () => {
  const clock = steppedClock();
  let node: TestNode;
  beforeAll(async () => {
    node = await TestNode.started('clock', { more: { clock } });
    node.create('web', probed);
    node.create('leaving', { containers: [app(DEAF)] });
    await Promise.all([node.ready('web'), node.ready('leaving')]);
  });
  afterAll(async () => node.close());

  const lines = async (): Promise<number> => counted(await node.logs('web'));
  const transition = (): number =>
    Date.parse(node.pod('web')?.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '');

  it.each([
    ['an hour forward', HOUR_MS],
    ['two hours back', -2 * HOUR_MS],
  ])('%s restarts nothing and goes on as before', async (how, ms) => {
    const [crash, late] = [`crash-${how.replaceAll(' ', '-')}`, `late-${how.replaceAll(' ', '-')}`];
    node.create(crash, { containers: [app('exit 1')] });
    await node.waits(crash, 'CrashLoopBackOff');
    const [second] = (await node.containers(crash, 'app')).slice(-1);
    const before = { containers: await node.containers('web'), pod: node.pod('web'), lines: await lines() };
    clock.step(ms);
    await eventually('lines of after it', async () => (await lines()) > before.lines + 40);
    expect({ containers: await node.containers('web'), pod: node.pod('web') }).toEqual({
      containers: before.containers,
      pod: before.pod,
    });
    // Probes go on, and what they find is dated by the clock as it is now.
    await node.sh('web', 'rm /ready');
    await node.until('web', 'is not ready', (pod) => !isReady(pod));
    expect(Math.abs(transition() - clock.now())).toBeLessThan(60_000);
    await node.sh('web', 'touch /ready');
    await node.ready('web');
    // A back-off is neither forgotten nor does it last for an hour.
    await node.until(crash, 'has restarted', () => node.status(crash)?.restartCount === 2);
    const third = await eventually('its third run', async () =>
      (await node.containers(crash, 'app')).find(({ attempt, state }) => attempt === 2 && state !== 'created'),
    );
    expect(Date.parse(third.startedAt) - Date.parse(second?.startedAt ?? '')).toBeGreaterThan(9_000);
    node.create(late, {});
    await node.ready(late);
    for (const name of [crash, late]) node.agent.deletePod('default', name);
    await Promise.all([node.gone(crash), node.gone(late)]);
  });

  it('an hour back in the middle of a deletion grants its grace and no more', async () => {
    node.agent.deletePod('default', 'leaving');
    clock.step(-HOUR_MS);
    await node.gone('leaving');
    expect(await node.containers('leaving')).toEqual([]);
  });
});
