import { once } from 'node:events';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Container } from 'dockerode';

import { systemClock } from '../../../src/lib/clock.js';
import { eventually } from '../../support/eventually.js';
import { PauseBench } from './support.js';

const bench = new PauseBench('pause-dial');
let sandbox: Container;

beforeAll(async () => {
  await bench.start();
  sandbox = await bench.sandbox([]);
});
afterAll(() => bench.stop());

/** Starts a server in the pod's network and waits until it accepts. */
async function listen(port: number, command: string): Promise<void> {
  await bench.shell(`exec ${command}`, { NetworkMode: `container:${sandbox.id}` });
  await eventually(`port ${port} listens`, async () => (await dial(port)).exitCode === 0);
}

const dial = (port: number, input?: Buffer) =>
  bench.exec(sandbox, ['/pause', 'dial', '127.0.0.1', String(port)], input);

describe('pause dial', () => {
  it('reaches a listener that only loopback has', async () => {
    await listen(7000, 'httpd -f -p 127.0.0.1:7000 -h /etc');
    const { stdout } = await dial(7000, Buffer.from('GET /group HTTP/1.0\r\n\r\n'));
    expect(stdout.toString()).toMatch(/^HTTP\/1\.[01] 200 OK\r\n[^]*\r\n\r\nroot:x:0:/);
    const address = (await sandbox.inspect()).NetworkSettings.Networks['bridge']?.IPAddress ?? '';
    const { exitCode } = await bench.exec(sandbox, ['/pause', 'dial', address, '7000']);
    expect(exitCode).toBe(111);
  });

  it('tells the server the end of the input, while the answer still comes', async () => {
    // wc answers only after it has seen the end.
    await listen(7001, 'nc -ll -p 7001 -e wc -c');
    expect(await dial(7001, Buffer.alloc(300_000))).toEqual({
      exitCode: 0,
      stdout: Buffer.from('300000\n'),
      stderr: 'connected\n',
    });
  });

  it('gives the client the end of the output while the client has not ended its own', async () => {
    await listen(7002, 'nc -ll -p 7002 -e echo bye');
    const { exec, stream } = await bench.open(sandbox, ['/pause', 'dial', '127.0.0.1', '7002']);
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(stream, 'end');
    expect(Buffer.concat(chunks).toString()).toContain('bye\n');
    stream.destroy();
    await eventually('dial ended', async () => !(await exec.inspect()).Running);
  });

  it('does not get stuck with a server that answers while it is written to', async () => {
    await listen(7003, 'nc -ll -p 7003 -e cat');
    const bytes = Buffer.alloc(8 * 1024 * 1024, 'kubelette\n');
    const { stdout } = await dial(7003, bytes);
    expect(stdout.equals(bytes)).toBe(true);
  });

  it('gives up soon on a server that says nothing, where that is asked for', async () => {
    await bench.shell('exec nc -ll -p 7004 -e sleep 100', { NetworkMode: `container:${sandbox.id}` });
    const exitCode = await eventually('port 7004 listens', async () => {
      const ended = await bench.exec(sandbox, ['/pause', 'dial', '127.0.0.1', '7004', '1']);
      return ended.exitCode !== 111 && ended.exitCode;
    });
    expect(exitCode).toBe(110);
  });

  it.each([
    ['a port nobody listens on', '127.0.0.1', '9', 111],
    ['something that is no address', 'localhost', '80', 22],
    ['a port out of range', '127.0.0.1', '65536', 22],
  ])('exits with the errno for %s', async (_what, host, port, errno) => {
    const before = systemClock.monotonic();
    const { exitCode } = await bench.exec(sandbox, ['/pause', 'dial', host, port]);
    expect(exitCode).toBe(errno);
    expect(systemClock.monotonic() - before).toBeLessThan(30_000);
  });
});
