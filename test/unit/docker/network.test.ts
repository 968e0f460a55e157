import { afterEach, expect, it } from '@jest/globals';
import { ensureNetwork, findNetwork } from '../../../src/docker/network.js';
import { openEngineStub, reply, type EngineStub } from '../../support/engine-stub.js';
import { FakeClock } from '../../support/fake-clock.js';

const { signal } = new AbortController();
const network = (Id: string, Created: string, Name = 'kubelette'): object => ({ Id, Created, Name });
const OLD = network('old', '2026-01-01T00:00:00.1Z');
const NEW = network('new', '2026-01-01T00:00:00.2Z');

let stub: EngineStub;
afterEach(async () => stub.close());

/** An engine with these networks at the first listing, and those at the next ones; a creation has this status. */
async function engineWith(listings: readonly (readonly object[])[], created = 201, deleted = 204): Promise<void> {
  const left = [...listings];
  stub = await openEngineStub(new FakeClock(), (request, response) => {
    if (request.startsWith('GET')) reply(response, 200, left.length > 1 ? left.shift() : left[0]);
    else if (request.startsWith('POST')) reply(response, created, { Id: 'new', message: 'already exists' });
    else if (deleted === 204) response.writeHead(204).end();
    else reply(response, deleted, { message: 'network new not found' });
  });
}
const asked = (): string[] =>
  stub.requests
    .map(({ line }) => line.replace(/\?.*/, '').replace('/v1.41', ''))
    .filter((line) => !line.startsWith('GET'));

it('the network that is there is used', async () => {
  await engineWith([[network('other', '2025-01-01T00:00:00Z', 'kubelette-2'), OLD]]);
  expect(await ensureNetwork(stub.engine, signal)).toMatchObject({ Id: 'old' });
  expect(asked()).toEqual([]);
});

it.each([
  ['created where there is none', 201],
  ["another agent's when that was faster", 409],
])('it is %s', async (_, created) => {
  await engineWith([[], [OLD]], created);
  expect(await ensureNetwork(stub.engine, signal)).toMatchObject({ Id: 'old' });
  expect(asked()).toEqual(['POST /networks/create']);
});

it.each([
  ['made by two agents at once', [[], [NEW, OLD]], ['POST /networks/create', 'DELETE /networks/new']],
  ['left by an agent that was killed between two steps', [[NEW, OLD]], ['DELETE /networks/new']],
])('of two %s the older one stays', async (_, listings, expected) => {
  await engineWith(listings);
  expect(await ensureNetwork(stub.engine, signal)).toMatchObject({ Id: 'old' });
  expect(asked()).toEqual(expected);
});

it('of two the newer one may be gone already: the other agent removes it, too', async () => {
  await engineWith([[NEW, OLD]], 201, 404);
  expect(await ensureNetwork(stub.engine, signal)).toMatchObject({ Id: 'old' });
});

it('of two the older one is what others see', async () => {
  await engineWith([[NEW, OLD]]);
  expect(await findNetwork(stub.engine, signal)).toMatchObject({ Id: 'old' });
});
