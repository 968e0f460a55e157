import { describe, expect, it } from '@jest/globals';
import { DockerHost, toHostImage, toHostInfo } from '../../../src/docker/host.js';
import { openEngineStub, reply } from '../../support/engine-stub.js';
import { eventually } from '../../support/eventually.js';
import { FakeClock } from '../../support/fake-clock.js';

const FACTS = { version: '20.10.24', architecture: 'amd64' };

describe('the machine of the engine', () => {
  it('is taken from what the engine says', () => {
    expect(
      toHostInfo(
        {
          ID: 'QPG5',
          NCPU: 2,
          MemTotal: 1_024,
          KernelVersion: '6.1.0',
          OperatingSystem: 'Debian GNU/Linux 12 (bookworm)',
          OSType: 'linux',
          DockerRootDir: '/var/lib/docker',
        },
        FACTS,
      ),
    ).toEqual({
      engineVersion: '20.10.24',
      engineId: 'QPG5',
      kernelVersion: '6.1.0',
      osImage: 'Debian GNU/Linux 12 (bookworm)',
      os: 'linux',
      architecture: 'amd64',
      cpus: 2,
      memoryBytes: 1_024,
    });
  });

  it('is a Linux machine even when the engine says little', () => {
    expect(toHostInfo({}, FACTS)).toMatchObject({ os: 'linux', cpus: 0, engineId: '' });
  });

  it('is known also when the engine takes half a minute to tell', async () => {
    const clock = new FakeClock();
    let answer = (): void => undefined;
    const stub = await openEngineStub(clock, (_line, response) => {
      answer = () => reply(response, 200, { NCPU: 2 });
    });
    try {
      const host = new DockerHost(stub.engine, async () => []);
      const said = host.info(new AbortController().signal);
      await eventually('it was asked', () => stub.requests.length === 1);
      await clock.advance(30_000);
      answer();
      expect(await said).toMatchObject({ cpus: 2 });
    } finally {
      await stub.close();
    }
  });
});

describe('an image of the engine', () => {
  it.each([
    [{ RepoTags: ['a:1'], RepoDigests: ['a@sha256:1'], Size: 5 }, ['a@sha256:1', 'a:1']],
    [{ RepoTags: ['<none>:<none>'], RepoDigests: ['a@sha256:1'], Size: 5 }, ['a@sha256:1']],
    [{ RepoTags: null, RepoDigests: null, Size: 5 }, []],
  ])('has digests before tags and no empty names: %j', (answer, names) => {
    expect(toHostImage(answer)).toEqual({ names, sizeBytes: 5 });
  });
});
