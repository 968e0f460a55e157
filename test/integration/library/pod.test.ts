import { beforeAll, describe, expect, it } from '@jest/globals';
import type { PodHandle } from '../../../src/testing/pod-handle.js';
import { findLine, readLines, useNode } from '../../support/node.js';

const kubelette = useNode();

/** A pod whose `app` answers HTTP on all addresses at 8080 and on loopback only at 9090, and counts on stdout. */
const SERVER = `
apiVersion: v1
kind: Pod
metadata: { name: server }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: app
      image: kubelette.local/busybox:1
      command: [sh, -c]
      args:
        - |
          mkdir -p /www && echo hello > /www/index.html
          sleep 1 # a server takes a moment until it listens
          httpd -p 8080 -h /www
          httpd -p 127.0.0.1:9090 -h /www
          echo one; echo two >&2; echo three
          sleep 1000000
    - name: idle
      image: kubelette.local/busybox:1
      command: [sleep, '1000000']
`;

let pod: PodHandle;
beforeAll(async () => {
  pod = await kubelette.node.apply(SERVER);
  await pod.ready();
});

describe('fetch', () => {
  it('waits for a server that does not listen yet', async () => {
    const response = await pod.fetch(8080, '/');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('hello\n');
  });

  it('can be aborted', async () => {
    await expect(pod.fetch(1, '/', { signal: AbortSignal.timeout(300) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});

describe('forward', () => {
  it('reaches servers on all addresses and on loopback only', async () => {
    // Both listen by then.
    await findLine(pod.logs({ follow: true }), /^one$/);
    for (const port of [8080, 9090]) {
      const url = await pod.forward(port);
      expect(await (await fetch(url)).text()).toBe('hello\n');
    }
  });

  it('breaks connections to a port nobody listens on', async () => {
    await expect(fetch(await pod.forward(1))).rejects.toThrow();
  });
});

describe('exec', () => {
  it('tells output, errors and exit code apart', async () => {
    const result = await pod.exec(['sh', '-c', 'echo out; echo err >&2; exit 9'], { container: 'idle' });
    expect(result).toEqual({ stdout: 'out\n', stderr: 'err\n', exitCode: 9 });
  });

  it('feeds standard input, also much of it', async () => {
    const stdin = 'line\n'.repeat(200_000);
    expect((await pod.exec(['wc', '-l'], { stdin })).stdout.trim()).toBe('200000');
  });

  it('fails with a code for a container that is not there', async () => {
    await expect(pod.exec(['true'], { container: 'none' })).rejects.toMatchObject({
      name: 'KubeletteError',
      code: 'NotFound',
    });
  });

  it('gives up in time and says so', async () => {
    await expect(pod.exec(['sleep', '30'], { timeoutMs: 500 })).rejects.toThrow(
      '["sleep","30"] in pod default/server did not end within 500 ms',
    );
  });
});

describe('logs', () => {
  it('gives all lines, the newest ones, or goes on', async () => {
    // What goes to one stream may overtake what goes to the other.
    for (const last of [/^two$/, /^three$/]) await findLine(pod.logs({ follow: true }), last);
    expect((await readLines(pod.logs({ container: 'app' }))).sort()).toEqual(['one', 'three', 'two']);
    expect(await readLines(pod.logs({ tail: 1 }))).toHaveLength(1);
    expect(await readLines(pod.logs({ container: 'idle' }))).toEqual([]);
  });

  it('has no previous instance of a container that was never restarted', async () => {
    await expect(readLines(pod.logs({ previous: true }))).rejects.toMatchObject({ name: 'KubeletteError' });
  });
});

describe('events', () => {
  it('tell what was done, in the kubelet’s words', () => {
    const reasons = pod.events().map(({ reason }) => reason);
    expect(reasons).toEqual(expect.arrayContaining(['Pulled', 'Created', 'Started']));
    expect(pod.events().find(({ reason }) => reason === 'Started')?.message).toMatch(/container/i);
  });
});

describe('delete', () => {
  it('resolves when the pod is gone, and the name is free', async () => {
    const short = await kubelette.node.apply(SERVER.replace('name: server', 'name: short'));
    await short.ready();
    const url = await short.forward(8080);
    await short.delete();
    expect(() => short.status()).toThrow('pods "short" not found');
    await expect(fetch(url)).rejects.toThrow();
    await (await kubelette.node.apply(SERVER.replace('name: server', 'name: short'))).delete({ graceSeconds: 0 });
  });

  it('happens at the end of an await using block', async () => {
    {
      await using scoped = await kubelette.node.apply(SERVER.replace('name: server', 'name: scoped'));
      await scoped.ready();
    }
    expect(kubelette.node.pods().map(({ name }) => name)).not.toContain('scoped');
  });
});
