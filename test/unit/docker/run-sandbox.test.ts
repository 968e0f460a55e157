import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { sweepHelpers } from '../../../src/docker/helper.js';
import { engineInfo } from '../../../src/docker/capabilities.js';
import type { DockerContext } from '../../../src/docker/context.js';
import { runSandbox } from '../../../src/docker/run-sandbox.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { openEngineStub, reply, type EngineStub } from '../../support/engine-stub.js';
import { FakeClock } from '../../support/fake-clock.js';
import { sandboxSpec } from '../../support/specs.js';

const { signal } = new AbortController();
const image = { reference: 'kubelette.local/sandbox:1', archive: Buffer.from('a tar') };
const spec = sandboxSpec({ uid: 'u', namespace: 'd', name: 'p' });
let stub: EngineStub;

/** An engine that lacks what `missing` names until it is made, and has `faults` for starts. */
async function open(missing: Set<string>, startFault?: { status: number; message: string }): Promise<DockerContext> {
  const routes: [RegExp, (response: ServerResponse) => void][] = [
    [/images\/load/, (response) => done(missing, 'image', response)],
    [/networks\/create/, (response) => done(missing, 'network', response)],
    [
      /GET .*networks/,
      (response) => reply(response, 200, missing.has('network') ? [] : [{ Name: 'kubelette', Id: 'n' }]),
    ],
    [
      /containers\/create/,
      (response) =>
        missing.has('image')
          ? reply(response, 404, { message: `No such image: ${image.reference}` })
          : reply(response, 201, { Id: 'sandbox' }),
    ],
    [
      /\/start/,
      (response) => {
        if (missing.has('network')) reply(response, 404, { message: 'network kubelette not found' });
        else if (startFault !== undefined) reply(response, startFault.status, startFault);
        else response.writeHead(204).end();
      },
    ],
    [/DELETE/, (response) => response.writeHead(204).end()],
  ];
  stub = await openEngineStub(new FakeClock(), (line, response) => {
    const route = routes.find(([pattern]) => pattern.test(line));
    if (route === undefined) reply(response, 500, { message: `unexpected ${line}` });
    else route[1](response);
  });
  return { engine: stub.engine, ownership: { nodeName: 'n', agentId: 'a' }, logger: silentLogger };
}

function done(missing: Set<string>, part: string, response: ServerResponse): void {
  missing.delete(part);
  reply(response, 200, {});
}

const deeds = (): string[] =>
  stub.requests
    .map(({ line }) => line.replace(/\?.*/, '').replace('/v1.41', ''))
    .filter((line) => !line.startsWith('GET'));

afterEach(async () => stub.close());

describe('running a sandbox', () => {
  it('asks for nothing else when all is there', async () => {
    const context = await open(new Set());
    expect(await runSandbox(context, image, spec, signal)).toBe('sandbox');
    expect(deeds()).toEqual(['POST /containers/create', 'POST /containers/sandbox/start']);
  });

  it('gives a new engine the image and the network', async () => {
    const context = await open(new Set(['image', 'network']));
    expect(await runSandbox(context, image, spec, signal)).toBe('sandbox');
    expect(deeds()).toEqual([
      'POST /containers/create',
      'POST /images/load',
      'POST /containers/create',
      'POST /containers/sandbox/start',
      'DELETE /containers/sandbox',
      'POST /networks/create',
      'POST /containers/create',
      'POST /containers/sandbox/start',
    ]);
    expect(stub.requests.find(({ line }) => line.includes('load'))?.body).toBe('a tar');
  });

  it('removes what it made when that cannot be started', async () => {
    const context = await open(new Set(), { status: 500, message: 'port is already allocated' });
    await expect(runSandbox(context, image, spec, signal)).rejects.toThrow('port is already allocated');
    expect(deeds().at(-1)).toBe('DELETE /containers/sandbox');
  });

  it('touches nothing more when the outcome is unknown', async () => {
    const context = await open(new Set(), { status: 503, message: 'shutting down' });
    await expect(runSandbox(context, image, spec, signal)).rejects.toMatchObject({ code: 'Unavailable' });
    expect(deeds().at(-1)).toBe('POST /containers/sandbox/start');
  });
});

describe('what an engine can do', () => {
  it('is not to see our files when it refuses to bind one of them', async () => {
    const clock = new FakeClock();
    const network = { Id: '0123456789abcdef', Name: 'kubelette', IPAM: { Config: null } };
    stub = await openEngineStub(clock, (line, response) => {
      if (line.includes('/containers/create')) reply(response, 400, { message: 'bind source path does not exist' });
      else if (line.includes('/networks')) reply(response, 200, [network]);
      else reply(response, 200, { SystemTime: new Date(clock.now() + 5_000).toISOString() });
    });
    const context = { engine: stub.engine, ownership: { nodeName: 'n', agentId: 'a' }, logger: silentLogger };
    expect(await engineInfo(context, undefined, signal)).toEqual({
      version: '20.10.24',
      apiVersion: '1.41',
      architecture: 'amd64',
      endpoint: 'stub',
      sharesFilesystem: false,
      podNetwork: 'sandbox',
      clockSkewMs: 5_000,
      appArmor: false,
      userNamespaces: false,
    });
  });
});

describe('helpers that a killed agent has left', () => {
  it('are found by one listing and removed', async () => {
    const lines: string[] = [];
    stub = await openEngineStub(new FakeClock(), (line, response) => {
      lines.push(decodeURIComponent(line));
      if (line.startsWith('GET')) reply(response, 200, [{ Id: 'left-1' }, { Id: 'left-2' }]);
      else reply(response, 204, '');
    });
    await sweepHelpers({ engine: stub.engine, ownership: { nodeName: 'n', agentId: 'a' } }, signal);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^GET \S*\/containers\/json.*"dev.kubelette.node=n".*"dev.kubelette.agent=a".*"dev.kubelette.role=helper"/,
    );
    expect(lines.slice(1).map((line) => line.replace(/\?.*/, ''))).toEqual([
      expect.stringMatching(/^DELETE .*\/containers\/left-1$/),
      expect.stringMatching(/^DELETE .*\/containers\/left-2$/),
    ]);
  });
});
