import { describe, expect, it } from '@jest/globals';
import type { ContainerState, ContainerStatus } from '../../../../src/api/schema/pod.js';
import { LogView } from '../../../../src/cli/run/log-view.js';
import { eventually } from '../../../support/eventually.js';
import { FakeAgent, podOf } from '../../../support/fake-agent.js';

const plain = (_style: unknown, text: string): string => text;
const container = (name: string, state: ContainerState, restartCount = 0): ContainerStatus => ({
  name,
  ready: false,
  image: '',
  imageID: '',
  restartCount,
  state,
});

function setUp(): { agent: FakeAgent; out: string[]; err: string[]; end: AbortController; shown: Promise<void> } {
  const agent = new FakeAgent();
  const out: string[] = [];
  const err: string[] = [];
  const end = new AbortController();
  const terminal = {
    out: { write: (text: string) => out.push(text) },
    err: { write: (text: string) => err.push(text) },
    env: {},
    clock: agent.clock,
  };
  const view = new LogView(agent, terminal, plain, plain);
  return { agent, out, err, end, shown: view.show(end.signal) };
}

describe('LogView', () => {
  it('shows each line with its pod and container', async () => {
    const { agent, out, end, shown } = setUp();
    agent.logs.set('web/app', 'one\ntwo\n');
    agent.logs.set('web/side', 'three\n');
    agent.createPod(podOf('web', ['app', 'side']));
    agent.setStatus('web', {
      containerStatuses: [container('app', { running: {} }), container('side', { running: {} })],
    });
    await eventually('three lines', () => out.length === 3);
    end.abort();
    await shown;
    expect(out.toSorted()).toEqual(['[web app] one\n', '[web app] two\n', '[web side] three\n']);
  });

  it('shows every instance of a container once, in order', async () => {
    const { agent, out, end, shown } = setUp();
    agent.logs.set('web/app/previous', 'first\n');
    agent.logs.set('web/app', 'second\n');
    agent.createPod(podOf('web'));
    agent.setStatus('web', { containerStatuses: [container('app', { running: {} }, 1)] });
    agent.setStatus('web', { containerStatuses: [container('app', { terminated: { exitCode: 0 } }, 1)] });
    await eventually('two lines', () => out.length === 2);
    end.abort();
    await shown;
    expect(out).toEqual(['[web app] first\n', '[web app] second\n']);
  });

  it('tells warnings about pods once, on stderr and made safe', async () => {
    const { agent, err, end, shown } = setUp();
    agent.createPod(podOf('web'));
    agent.recordEvent('web', { type: 'Normal', reason: 'Pulled', message: 'fine' });
    agent.recordEvent('web', { type: 'Warning', reason: 'Failed', message: 'no such image\u001b[2J' });
    await eventually('a warning', () => err.length > 0);
    end.abort();
    await shown;
    expect(err).toEqual(['[web] Failed: no such image^[[2J\n']);
  });

  it('tells of a pull on stderr when it begins and when it has ended', async () => {
    const { agent, err, end, shown } = setUp();
    agent.createPod(podOf('web'));
    agent.recordEvent('web', { type: 'Normal', reason: 'Pulling', message: 'Pulling image "a"' });
    agent.recordEvent('web', { type: 'Normal', reason: 'Pulled', message: 'Successfully pulled image "a" in 1s' });
    await eventually('both', () => err.length === 2);
    end.abort();
    await shown;
    expect(err).toEqual(['[web] Pulling image "a"\n', '[web] Successfully pulled image "a" in 1s\n']);
  });
});
