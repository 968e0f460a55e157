import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiClient } from '../../../../src/cli/client/api-client.js';
import type { Connection } from '../../../../src/cli/client/kubeconfig.js';
import { watchEvents } from '../../../../src/cli/client/watch-events.js';

let server: Server;
let client: ApiClient;
let host: string;

beforeEach(async () => {
  // The beginning of an answer, and then no more; with `cut`, no connection either.
  server = createServer((request, response) => {
    response.write('{"type":"ADDED","object":{}}\n', () => {
      if (request.url?.includes('cut') === true) response.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new ApiClient({ server: new URL(`http://${host}`), namespace: 'default' } as Connection, () => undefined);
});
afterEach(async () => {
  client.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const never = new AbortController().signal;
const lost = (doing: string): string =>
  `The connection to the server ${host} was lost while ${doing} (is the agent running? start it: kubelette agent)`;

describe('a connection that is lost', () => {
  it('in an answer says what was read', async () => {
    const reading = client.text({ path: '/cut' }, never);
    await expect(reading).rejects.toMatchObject({ code: 'Unavailable', message: lost('reading /cut') });
  });

  it('in an answer says what was done, where that has a name', async () => {
    const reading = client.text({ path: '/cut', doing: 'following the logs of pod web' }, never);
    await expect(reading).rejects.toThrow(lost('following the logs of pod web'));
  });

  it('in a watch says so after what had come', async () => {
    const types: string[] = [];
    const watching = (async () => {
      for await (const { type } of watchEvents(client, { path: '/cut', query: {} }, never)) types.push(type);
    })();
    await expect(watching).rejects.toThrow(lost('watching /cut'));
    expect(types).toEqual(['ADDED']);
  });
});

it('an answer that is given up ends with the reason', async () => {
  const given = new AbortController();
  const { chunks } = await client.stream({ path: '/slow' }, given.signal);
  const reading = (async () => {
    for await (const chunk of chunks) if (chunk.length > 0) given.abort(new Error('enough'));
  })();
  await expect(reading).rejects.toThrow('enough');
});
