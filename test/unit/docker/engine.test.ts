import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { connectEngine } from '../../../src/docker/connect.js';
import { createContainer } from '../../../src/docker/create-container.js';
import { events } from '../../../src/docker/events.js';
import { DockerImages } from '../../../src/docker/images.js';
import { logs } from '../../../src/docker/logs.js';
import { MemoryKills } from '../../../src/docker/memory-kills.js';
import { takesWork } from '../../../src/docker/takes-work.js';
import type { RuntimeHint } from '../../../src/runtime/runtime.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { anInstance } from '../../support/builders.js';
import { openEngineStub, reply, type EngineStub } from '../../support/engine-stub.js';
import { eventually } from '../../support/eventually.js';
import { FakeClock } from '../../support/fake-clock.js';
import { containerSpec } from '../../support/specs.js';

const { signal } = new AbortController();
let clock: FakeClock;
let stub: EngineStub;

async function open(answer: (request: string, response: ServerResponse) => void): Promise<EngineStub> {
  clock = new FakeClock();
  stub = await openEngineStub(clock, answer);
  return stub;
}
afterEach(async () => stub.close());

/** Waits until the stub was asked, then lets `ms` pass. */
async function passAfterRequest(ms: number): Promise<void> {
  while (stub.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(ms);
}

describe('a call to the engine', () => {
  it.each([
    [400, 'Invalid'],
    [404, 'NotFound'],
    [409, 'Conflict'],
    [500, 'Internal'],
    [501, 'Unsupported'],
    [503, 'Unavailable'],
  ])('answered with %i is %s in the words of the engine', async (status, code) => {
    const { engine } = await open((_line, response) => reply(response, status, { message: 'no such thing\n' }));
    await expect(engine.call({ method: 'GET', path: '/x' }, signal)).rejects.toMatchObject({
      code,
      message: 'Error response from daemon: no such thing',
      details: { statusCode: status },
    });
  });

  it('for a stream that is refused has the words of the engine too', async () => {
    const { engine } = await open((_line, response) => reply(response, 404, { message: 'No such container: x' }));
    await expect(engine.stream({ method: 'GET', path: '/x' }, signal)).rejects.toMatchObject({
      code: 'NotFound',
      message: 'Error response from daemon: No such container: x',
    });
  });

  it('is done when the engine says that it is so already', async () => {
    const { engine } = await open((_line, response) => void response.writeHead(304).end());
    await expect(engine.call({ method: 'POST', path: '/x' }, signal)).resolves.toBeDefined();
  });

  it('sends the body as body only: it holds environment values', async () => {
    const { engine, requests } = await open((_line, response) => reply(response, 201, {}));
    await engine.call({ method: 'POST', path: '/x', query: { name: 'n' }, body: { Env: ['A=secret'] } }, signal);
    expect(requests[0]).toMatchObject({ line: 'POST /v1.41/x?name=n', body: '{"Env":["A=secret"]}' });
  });

  it('is given up after two minutes', async () => {
    const { engine } = await open(() => undefined);
    const call = engine.call({ method: 'GET', path: '/x' }, signal);
    const expectation = expect(call).rejects.toMatchObject({
      code: 'Unavailable',
      message: 'the Docker engine at stub did not answer within 120 s',
    });
    await passAfterRequest(120_000);
    await expectation;
  });

  it('has failed as soon as its reply breaks off', async () => {
    const { engine } = await open((_line, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('{"half":', () => response.destroy());
    });
    await expect(engine.call({ method: 'GET', path: '/x' }, signal)).rejects.toMatchObject({ code: 'Unavailable' });
    expect(clock.sleeping).toBe(0);
  });

  it('is given up after two minutes when its reply stops in the middle', async () => {
    const { engine } = await open((_line, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('{"half":');
    });
    const expectation = expect(engine.call({ method: 'GET', path: '/x' }, signal)).rejects.toMatchObject({
      code: 'Unavailable',
      message: 'the Docker engine at stub did not answer within 120 s',
    });
    await passAfterRequest(120_000);
    await expectation;
  });

  it('ends at once with the reason of the caller', async () => {
    const { engine } = await open(() => undefined);
    const leave = new AbortController();
    const call = engine.call({ method: 'GET', path: '/x' }, leave.signal);
    leave.abort(new Error('left'));
    await expect(call).rejects.toThrow('left');
    expect(clock.sleeping).toBe(0);
  });

  it('that makes something is answered before its caller may leave, so that the next look sees what was made', async () => {
    let answer = (): void => undefined;
    const { engine } = await open((_line, response) => (answer = () => reply(response, 201, { Id: 'made' })));
    const leave = new AbortController();
    let left: unknown;
    const call = engine.call({ method: 'POST', path: '/x', settleMs: 2_000 }, leave.signal);
    const ended = call.catch((error: unknown) => (left = error));
    await passAfterRequest(0);
    leave.abort(new Error('left'));
    await clock.advance(1_000);
    expect(left).toBeUndefined();
    answer();
    expect(await ended).toEqual(new Error('left'));
    expect(clock.sleeping).toBe(0);
  });

  it('that makes something keeps nobody for longer than that', async () => {
    const { engine } = await open(() => undefined);
    const leave = new AbortController();
    const call = engine.call({ method: 'POST', path: '/x', settleMs: 2_000 }, leave.signal);
    const expectation = expect(call).rejects.toThrow('left');
    await passAfterRequest(0);
    leave.abort(new Error('left'));
    await clock.advance(2_000);
    await expectation;
  });

  it('says where it looked when nobody is there', async () => {
    await open(() => undefined);
    await expect(connectEngine('unix:///nowhere/docker.sock', clock, signal)).rejects.toMatchObject({
      code: 'Unavailable',
      message:
        'cannot reach the Docker engine at unix:///nowhere/docker.sock (--docker-host): connect ENOENT /nowhere/docker.sock (is it running?)',
    });
  });

  it.each(['nonsense', 'ftp://host', 'tcp://'])('refuses the address %s', async (address) => {
    await open(() => undefined);
    await expect(connectEngine(address, clock, signal)).rejects.toMatchObject({ code: 'Invalid' });
  });
});

describe('connecting', () => {
  it('settles on the version of an old engine', async () => {
    const version = { Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12', Arch: 'arm64' };
    const { socketPath, requests } = await open((_line, response) => reply(response, 200, version));
    const engine = await connectEngine(`unix://${socketPath}`, clock, signal);
    expect(engine.facts).toMatchObject({ version: '20.10.24', apiVersion: '1.41', architecture: 'arm64' });
    await engine.call({ method: 'GET', path: '/x' }, signal);
    expect(requests.map(({ line }) => line)).toEqual(['GET /version', 'GET /v1.41/x']);
  });

  it('waits for an engine that takes its time to say who it is, and not for ever', async () => {
    const version = { Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12', Arch: 'arm64' };
    let answer = (): void => undefined;
    const { requests, socketPath } = await open((_line, response) => {
      answer = () => reply(response, 200, version);
    });
    const connecting = connectEngine(`unix://${socketPath}`, clock, signal);
    await eventually('it was asked', () => requests.length === 1);
    await clock.advance(20_000);
    answer();
    expect((await connecting).facts.version).toBe('20.10.24');
    const again = expect(connectEngine(`unix://${socketPath}`, clock, signal)).rejects.toThrow(
      'did not answer within 30 s',
    );
    await eventually('it was asked again', () => requests.length === 2);
    await clock.advance(30_000);
    await again;
  });
});

describe('events', () => {
  const context = (): Parameters<typeof events>[0] => ({
    engine: stub.engine,
    ownership: { nodeName: 'n', agentId: 'a' },
    logger: silentLogger,
  });

  it('are hints for the pods they belong to, and end when the stream breaks', async () => {
    const { requests } = await open((_line, response) => {
      response.writeHead(200);
      response.write('{"Action":"start","Actor":{"Attributes":{"io.kubernetes.pod.uid":"u"}}}\n{"Action":"di');
      response.write('e","Actor":{"Attributes":{"io.kubernetes.pod.uid":"u"}}}\nnot json\n{"Action":"die"}\n', () =>
        response.destroy(),
      );
    });
    const hints: RuntimeHint[] = [];
    for await (const hint of events(context(), new MemoryKills(), signal)) hints.push(hint);
    expect(hints).toEqual([
      { uid: '', action: 'connected' },
      { uid: 'u', action: 'start' },
      { uid: 'u', action: 'die' },
    ]);
    expect(decodeURIComponent(requests[0]?.line ?? '')).toContain(
      '"label":["dev.kubelette.node=n","dev.kubelette.agent=a"]',
    );
  });

  it('tell of a kill for memory, which the engine may leave out of what it shows', async () => {
    const event = (Action: string, timeNano: number): string =>
      `${JSON.stringify({ Action, timeNano, Actor: { ID: 'c', Attributes: { 'io.kubernetes.pod.uid': 'u' } } })}\n`;
    let text = event('die', 2e9) + event('oom', 2.1e9);
    await open((_line, response) => {
      response.writeHead(200);
      response.write(text, () => response.destroy());
    });
    const kills = new MemoryKills();
    const listen = async (): Promise<void> => {
      for await (const _hint of events(context(), kills, signal)) continue;
    };
    const killed = (changes: object): boolean =>
      kills.applyTo({ ...anInstance('app'), id: 'c', startedAt: 1_000, exitCode: 137, oomKilled: false, ...changes })
        .oomKilled;
    await listen();
    expect(killed({})).toBe(true);
    expect(killed({ id: 'another' })).toBe(false);
    expect(killed({ startedAt: 2_200 })).toBe(false);
    // It survived that, and ended otherwise.
    expect(killed({ exitCode: 1 })).toBe(false);
    text = event('destroy', 3e9);
    await listen();
    expect(killed({})).toBe(false);
  });

  it('end without an error when nobody wants them any more', async () => {
    await open((_line, response) => {
      response.writeHead(200).flushHeaders();
    });
    const leave = new AbortController();
    const hints: RuntimeHint[] = [];
    for await (const hint of events(context(), new MemoryKills(), leave.signal)) {
      hints.push(hint);
      leave.abort();
    }
    expect(hints).toHaveLength(1);
  });
});

describe('a pull', () => {
  const line = (value: object): string => `${JSON.stringify(value)}\r\n`;
  const image = { Id: 'sha256:1', Size: 5, Config: { User: '1000' } };

  it('reports progress and returns the image', async () => {
    const { engine, requests } = await open((request, response) => {
      if (request.startsWith('GET')) {
        reply(response, 200, image);
        return;
      }
      response.writeHead(200);
      response.write(line({ status: 'Pulling from library/web', id: '1' }));
      response.write(
        line({ status: 'Downloading', id: 'l1', progressDetail: { current: 1_500_000, total: 3_000_000 } }),
      );
      response.end(line({ status: 'Pull complete', id: 'l1' }));
    });
    const texts: string[] = [];
    const auth = { username: 'u', password: 'p', server: 'registry' };
    const found = await new DockerImages(engine).pull('web', auth, ({ text }) => texts.push(text), signal);
    expect(found).toEqual({ id: 'sha256:1', sizeBytes: 5, user: '1000' });
    expect(texts).toEqual([
      'Pulling from library/web',
      '0 of 1 layers, 1.5 MB of 3.0 MB',
      '1 of 1 layers, 3.0 MB of 3.0 MB',
    ]);
    expect(requests[0]?.line).toBe('POST /v1.41/images/create?fromImage=web&tag=latest');
    const header = Buffer.from(String(requests[0]?.headers['x-registry-auth']), 'base64').toString();
    expect(JSON.parse(header)).toEqual({ username: 'u', password: 'p', serveraddress: 'registry' });
  });

  it('fails when a line says so, although the status is 200', async () => {
    const { engine } = await open((_request, response) => {
      response.writeHead(200).end(line({ errorDetail: { message: 'no space left on device' }, error: 'x' }));
    });
    await expect(new DockerImages(engine).pull('web', undefined, () => undefined, signal)).rejects.toThrow(
      'Error response from daemon: no space left on device',
    );
  });

  it('is given up when nothing moves for a minute', async () => {
    const { engine } = await open((_request, response) => {
      response.writeHead(200).write(line({ status: 'Downloading', id: 'l1' }));
    });
    let lines = 0;
    const pull = new DockerImages(engine).pull('web', undefined, () => (lines += 1), signal);
    const expectation = expect(pull).rejects.toMatchObject({
      code: 'Timeout',
      message: 'pull of image "web" made no progress for 60 s and was given up (0 of 1 layers)',
    });
    while (lines === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(60_000);
    await expectation;
  });

  it('is given up when the registry never answers, so that the engine has nothing to say', async () => {
    const { engine, requests } = await open(() => undefined);
    const pull = new DockerImages(engine, 5_000).pull('web', undefined, () => undefined, signal);
    const expectation = expect(pull).rejects.toMatchObject({
      code: 'Timeout',
      message: 'pull of image "web" made no progress for 5 s and was given up',
    });
    while (requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(5_000);
    await expectation;
  });

  it('goes on for as long as something moves', async () => {
    const streams: ServerResponse[] = [];
    const { engine } = await open((request, response) => {
      if (request.startsWith('GET')) {
        reply(response, 200, image);
        return;
      }
      streams.push(response);
      response.writeHead(200).write(line({ status: 'Downloading', id: 'l1' }));
    });
    let lines = 0;
    const pull = new DockerImages(engine, 5_000).pull('web', undefined, () => (lines += 1), signal);
    for (let step = 1; step < 5; step += 1) {
      while (lines < step) await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(4_000);
      streams[0]?.write(line({ status: 'Downloading', id: 'l1' }));
    }
    streams[0]?.end();
    expect(await pull).toMatchObject({ id: 'sha256:1' });
  });

  it.each([
    ['its status', 503, { message: 'unavailable' }],
    ['words', 500, { message: 'received unexpected HTTP status: 503 Service Unavailable' }],
    [
      'words of containerd',
      500,
      { message: `unexpected status from HEAD request to http://r/v2/: 503 Service Unavailable` },
    ],
    ['a code in the stream', 200, { errorDetail: { code: 503, message: 'unavailable' } }],
  ])('tells by %s that the registry is away, which is not the engine being away', async (_how, status, body) => {
    const { engine } = await open((_request, response) => reply(response, status, body));
    await expect(new DockerImages(engine).pull('web', undefined, () => undefined, signal)).rejects.toMatchObject({
      code: 'Internal',
      details: { reason: 'RegistryUnavailable' },
    });
  });

  it('uses an identity token as docker does', async () => {
    const { engine, requests } = await open((_request, response) => reply(response, 404, { message: 'no' }));
    const auth = { username: '', password: '', identityToken: 't', server: 'registry' };
    await expect(new DockerImages(engine).pull('web', auth, () => undefined, signal)).rejects.toThrow('no');
    const header = Buffer.from(String(requests[0]?.headers['x-registry-auth']), 'base64').toString();
    expect(JSON.parse(header)).toEqual({ identitytoken: 't', serveraddress: 'registry' });
  });

  it.each(['UP CASE', '../containers/json', 'a b'])('refuses %s before it becomes a path', async (reference) => {
    const { engine, requests } = await open((_request, response) => reply(response, 200, image));
    await expect(new DockerImages(engine).find(reference, signal)).rejects.toMatchObject({ code: 'Invalid' });
    expect(requests).toEqual([]);
  });
});

describe('an engine', () => {
  it('takes work whatever it says to a ping: proxies may not let it through', async () => {
    const { engine, requests } = await open((_line, response) => reply(response, 403, { message: 'forbidden' }));
    await expect(takesWork(engine, signal)).resolves.toBeUndefined();
    expect(requests).toMatchObject([{ line: 'GET /v1.41/_ping', headers: { connection: 'close' } }]);
  });

  it('takes none when it serves only who is connected already', async () => {
    const opened = await open((_line, response) => reply(response, 200, {}));
    const ask = async (): Promise<unknown> => opened.engine.call({ method: 'GET', path: '/x' }, signal);
    await ask();
    opened.refuse();
    await expect(ask()).resolves.toEqual({});
    await expect(takesWork(opened.engine, signal)).rejects.toMatchObject({ code: 'Unavailable' });
  });
});

describe('a log', () => {
  it('that breaks off is an error, not the end', async () => {
    const { engine } = await open((request, response) => {
      if (request.includes('/json')) {
        reply(response, 200, { Config: { Tty: false }, State: { Running: true } });
        return;
      }
      response.writeHead(200);
      response.write(Buffer.from([1, 0, 0, 0, 0, 0, 0, 90, 0x32]), () => response.destroy());
    });
    const reading = (async () => {
      for await (const record of logs(engine, 'c', { follow: true }, signal)) expect(record).toBeDefined();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'Unavailable' });
  });
});

describe('creating a container whose name is taken', () => {
  const pod = { uid: 'u', namespace: 'd', name: 'p' };
  const spec = containerSpec({ pod, sandbox: { id: 's', instance: 's@1' }, image: 'i', imageId: 'sha256:1' });

  it('names the holder when that is not ours, and leaves it alone', async () => {
    const { engine, requests } = await open((request, response) => {
      if (request.startsWith('POST')) reply(response, 409, { message: 'Conflict. The container name is in use' });
      else reply(response, 200, { Id: 'f'.repeat(64), Config: { Image: 'theirs:1', Labels: {} }, State: {} });
    });
    const context = { engine, ownership: { nodeName: 'n', agentId: 'a' }, logger: silentLogger };
    await expect(createContainer(context, spec, signal)).rejects.toMatchObject({
      code: 'Conflict',
      message:
        'container name "kubelette_app_p_d_u_0" is held by container ffffffffffff (image theirs:1), which belongs to somebody else',
    });
    expect(requests.filter(({ line }) => line.startsWith('DELETE'))).toEqual([]);
  });

  it('tries again a moment later when the holder cannot be seen (yet, or any more)', async () => {
    let creations = 0;
    const { engine } = await open((request, response) => {
      if (request.startsWith('GET')) {
        reply(response, 404, { message: 'No such container' });
        return;
      }
      creations += 1;
      if (creations === 1) reply(response, 409, { message: 'Conflict' });
      else reply(response, 201, { Id: 'new', Warnings: null });
    });
    const context = { engine, ownership: { nodeName: 'n', agentId: 'a' }, logger: silentLogger };
    const created = createContainer(context, spec, signal);
    await eventually('the second creation', async () => {
      await clock.advance(100);
      return creations === 2;
    });
    expect(await created).toBe('new');
  });
});
