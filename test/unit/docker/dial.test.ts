import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { dial } from '../../../src/docker/dial.js';
import type { Clock } from '../../../src/lib/clock.js';
import { openEngineStub, reply, type EngineStub } from '../../support/engine-stub.js';
import { FakeClock } from '../../support/fake-clock.js';

const ADDRESS = '127.0.0.1';

let stub: EngineStub;
let server: Server;
beforeEach(async () => {
  server = createServer().listen(0, ADDRESS);
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  await stub.close();
});

/** To the server, as to a pod at its address. */
async function dialServer(clock: Clock, signal: AbortSignal): ReturnType<typeof dial> {
  stub = await openEngineStub(clock, (_request, response) =>
    reply(response, 200, {
      State: { Running: true },
      NetworkSettings: { Networks: { pods: { IPAddress: ADDRESS } } },
    }),
  );
  const { port } = server.address() as AddressInfo;
  return dial(stub.engine, 'sandbox', { host: 'pod', port }, true, signal);
}

it('a connection to a pod is there until its signal aborts, which ends it with the reason', async () => {
  const stop = new AbortController();
  const connection = await dialServer(new FakeClock(), stop.signal);
  const reason = new Error('enough');
  const failed = once(connection, 'error');
  stop.abort(reason);
  expect(await failed).toEqual([reason]);
});

it('one that is no longer wanted while it is made rejects with the reason, and ends nothing else', async () => {
  const stop = new AbortController();
  const clock = new FakeClock();
  const reason = new Error('enough');
  let calls = 0;
  const whileConnecting: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: async (ms, signal) => {
      calls += 1;
      // The first deadline is that of the question where the pod is.
      if (calls === 2) queueMicrotask(() => stop.abort(reason));
      return clock.sleep(ms, signal);
    },
  };
  await expect(dialServer(whileConnecting, stop.signal)).rejects.toBe(reason);
  // An error that nobody hears would come now.
  await setImmediate();
});
