import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type Docker from 'dockerode';
import { eventually } from '../../support/eventually.js';
import { PauseBench } from './support.js';

const bench = new PauseBench('pause-hosts');
beforeAll(() => bench.start());
afterAll(() => bench.stop());

/** What a container sees that joined a sandbox with this text for one of its files. */
async function seen(path: string, text: string, hostConfig: Docker.HostConfig = {}): Promise<string> {
  const sandbox = await bench.sandbox(['hold', `file:${path}:${text}`], hostConfig);
  await eventually('ready', async () => (await bench.stdout(sandbox)) === 'ready\n');
  const joined = await bench.shell('sleep 1000', { NetworkMode: `container:${sandbox.id}` });
  return (await bench.exec(joined, ['cat', path])).stdout.toString();
}

describe('network files of a sandbox', () => {
  it('have the addresses the engine gave it, for everything that joins', async () => {
    expect(await seen('/etc/hosts', '# ours\n@IP\tweb.sub\tweb\n\n10.0.0.1: x\n')).toMatch(
      /^# ours\n(?:\d+\.){3}\d+\tweb\.sub\tweb\n\n10\.0\.0\.1: x\n$/,
    );
  });

  it('may keep what the engine wrote, all of it or some lines', async () => {
    const host = await seen('/etc/hosts', '# before\n@FILE\n# after', { NetworkMode: 'host' });
    expect(host).toMatch(/^# before\n[^]*localhost[^]*\n# after$/);
    const resolver = await seen('/etc/resolv.conf', '@FILE nameserver\nsearch a\n');
    expect(resolver).toMatch(/^(?:nameserver [\d.]+\n)+search a\n$/);
    expect(await seen('/etc/resolv.conf', '')).toBe('');
  });

  it('are not written where they cannot be, and the sandbox says so', async () => {
    const sandbox = await bench.sandbox(['hold', 'file:/etc/nothing:x'], {});
    await sandbox.wait();
    expect(await bench.stdout(sandbox)).toBe('error: read /etc/nothing: errno 2\n');
  });
});
