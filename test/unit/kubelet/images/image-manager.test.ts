import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Container } from '../../../../src/api/schema/pod.js';
import { ImageManager, type ImageResult } from '../../../../src/kubelet/images/image-manager.js';
import type { FindPullCredentials, PullCredentials } from '../../../../src/kubelet/images/pull-credentials.js';
import { KubeletteError } from '../../../../src/lib/errors.js';
import { createLineLogger, silentLogger, type Logger, type LogLine } from '../../../../src/lib/logger.js';
import type { ImageFound, ImageService, RegistryAuth } from '../../../../src/runtime/runtime.js';
import { aContainer, aPod } from '../../../support/builders.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { FakeEngine } from '../../../support/fake-engine.js';
import { FakeRuntime } from '../../../support/fake-runtime.js';
import { RecordedEvents } from '../../../support/recorded-events.js';

const { signal } = new AbortController();
const DENIED = 'Error response from daemon: pull access denied';

let clock: FakeClock;
let engine: FakeEngine;
let runtime: FakeRuntime;
let events: RecordedEvents;
let images: ImageManager;
let changes: string[];
/** How long a step of a pull takes, of how many, and what comes of it. */
let pullMs: number;
let pullSteps: number;
let pullError: Error | undefined;
let credentials: PullCredentials;
let findCredentials: FindPullCredentials;
/** User names that the registry does not want. */
let refused: string[];
/** Credentials that were used. */
let auths: (RegistryAuth | undefined)[];
let logger: Logger;
/** What was told of images that pulls have brought. */
let brought: [id: string, reference: string, wasThere: boolean][];

/** The fake's images; a pull takes its time on the fake clock. */
const slowImages = (): ImageService => ({
  ...runtime.images,
  async pull(reference, auth, onProgress, stop): Promise<ImageFound> {
    auths.push(auth);
    for (let step = 1; step <= pullSteps; step += 1) {
      await clock.sleep(pullMs, stop);
      onProgress({ text: `${step} of ${pullSteps}` });
    }
    if (pullError !== undefined) throw pullError;
    if (auth !== undefined && refused.includes(auth.username)) throw new Error(`${auth.username} is refused`);
    return runtime.images.pull(reference, auth, onProgress, stop);
  },
});

const open = (stop = signal): ImageManager =>
  new ImageManager({
    images: slowImages(),
    pulled: { pulled: async (...told) => void brought.push(told) },
    credentials: findCredentials,
    events,
    clock,
    logger,
    signal: stop,
  });

interface Wish {
  readonly uid?: string;
  readonly name?: string;
  readonly attempt?: number;
}
async function ensure(
  container: Partial<Container> = {},
  { uid = 'uid-1', name = 'app', attempt = 0 }: Wish = {},
): Promise<ImageResult> {
  return images.ensure(
    {
      pod: aPod({}, { metadata: { uid, name: uid } }),
      container: aContainer(name, { imagePullPolicy: 'IfNotPresent', ...container }),
      attempt,
      fieldPath: `spec.containers{${name}}`,
      onChange: () => changes.push(`${uid}/${name}`),
    },
    signal,
  );
}
const pulls = (): number => runtime.calls.filter(({ verb }) => verb === 'images.pull').length;
const pulled = (text: string): string =>
  `Normal Pulled Successfully pulled image "busybox:1" in ${text}. Image size: 1000000 bytes.`;

beforeEach(() => {
  clock = new FakeClock();
  engine = new FakeEngine(clock);
  runtime = new FakeRuntime(engine, { nodeName: 'node', agentId: 'me' });
  events = new RecordedEvents();
  changes = [];
  pullMs = 1_234;
  pullError = undefined;
  pullSteps = 1;
  credentials = { auths: [], missing: [] };
  findCredentials = async () => credentials;
  refused = [];
  auths = [];
  brought = [];
  logger = silentLogger;
  images = open();
});

describe('an image that is present', () => {
  it.each(['IfNotPresent', 'Never'] as const)('is taken as it is with policy %s', async (imagePullPolicy) => {
    const image = engine.addImage('busybox:1');
    expect(await ensure({ imagePullPolicy })).toEqual({ state: 'present', image });
    expect(events.all).toEqual([
      {
        about: 'uid-1',
        line: 'Normal Pulled Container image "busybox:1" already present on machine',
        fieldPath: 'spec.containers{app}',
      },
    ]);
    expect(pulls()).toBe(0);
  });

  it('is found under the tag latest when none is given', async () => {
    engine.addImage('busybox:latest');
    expect(await ensure({ image: 'busybox' })).toMatchObject({ state: 'present' });
    expect(events.take()).toEqual(['Normal Pulled Container image "busybox" already present on machine']);
  });

  it('is pulled all the same with policy Always, once for each start', async () => {
    engine.addImage('busybox:1');
    engine.addImage('busybox:1', 'registry');
    const always = { imagePullPolicy: 'Always' } as const;
    expect(await ensure(always)).toEqual({ state: 'pulling' });
    await clock.advance(pullMs);
    expect(await ensure(always)).toMatchObject({ state: 'present' });
    // The start failed after the image was there, and is tried again.
    expect(await ensure(always)).toMatchObject({ state: 'present' });
    expect(pulls()).toBe(1);
    expect(events.take()).toEqual([
      'Normal Pulling Pulling image "busybox:1"',
      pulled('1.234s (1.234s including waiting)'),
    ]);

    expect(await ensure(always, { attempt: 1 })).toEqual({ state: 'pulling' });
    await clock.advance(pullMs);
    expect(await ensure(always, { attempt: 1 })).toMatchObject({ state: 'present' });
    expect(pulls()).toBe(2);
  });

  it('does not help with policy Always when the pull fails', async () => {
    engine.addImage('busybox:1');
    pullError = new Error(DENIED);
    await ensure({ imagePullPolicy: 'Always' });
    await clock.advance(pullMs);
    expect(await ensure({ imagePullPolicy: 'Always' })).toMatchObject({ state: 'failed', reason: 'ErrImagePull' });
  });
});

describe('an image that is absent', () => {
  it('is pulled, and whoever waits for it is told', async () => {
    const image = engine.addImage('busybox:1', 'registry');
    expect(await ensure()).toEqual({ state: 'pulling' });
    expect(events.take()).toEqual(['Normal Pulling Pulling image "busybox:1"']);
    await clock.advance(pullMs - 1);
    expect(await ensure()).toEqual({ state: 'pulling' });
    expect(events.take()).toEqual([]);
    expect(changes).toEqual([]);
    await clock.advance(1);
    expect(changes).toEqual(['uid-1/app']);
    expect(events.take()).toEqual([pulled('1.234s (1.234s including waiting)')]);
    expect(await ensure()).toEqual({ state: 'present', image });
    expect(events.take()).toEqual([]);
  });

  it('is pulled once for two pods, and both are told', async () => {
    engine.addImage('busybox:1', 'registry');
    await ensure({}, { uid: 'a' });
    await clock.advance(234);
    await ensure({}, { uid: 'b' });
    await clock.advance(1_000);
    expect(pulls()).toBe(1);
    expect(changes.sort()).toEqual(['a/app', 'b/app']);
    expect(events.take('a')).toEqual([
      'Normal Pulling Pulling image "busybox:1"',
      pulled('1.234s (1.234s including waiting)'),
    ]);
    expect(events.take('b')).toEqual([
      'Normal Pulling Pulling image "busybox:1"',
      pulled('1.234s (1s including waiting)'),
    ]);
    expect(await ensure({}, { uid: 'b' })).toMatchObject({ state: 'present' });
  });

  it('is pulled once for two containers of one pod, and both are told', async () => {
    engine.addImage('busybox:1', 'registry');
    expect(await ensure({}, { name: 'one' })).toEqual({ state: 'pulling' });
    expect(await ensure({}, { name: 'two' })).toEqual({ state: 'pulling' });
    await clock.advance(pullMs);
    expect(pulls()).toBe(1);
    expect(changes.sort()).toEqual(['uid-1/one', 'uid-1/two']);
    expect(await ensure({}, { name: 'two' })).toMatchObject({ state: 'present' });
    expect(events.take()).toEqual([
      'Normal Pulling Pulling image "busybox:1"',
      pulled('1.234s (1.234s including waiting)'),
      'Normal Pulled Container image "busybox:1" already present on machine',
    ]);
  });

  it('stands in line behind three others, and says how long', async () => {
    pullMs = 1_000;
    for (const uid of ['a', 'b', 'c', 'd']) {
      engine.addImage(`${uid}:1`, 'registry');
      await ensure({ image: `${uid}:1` }, { uid });
    }
    await clock.advance(1_000);
    expect(changes.sort()).toEqual(['a/app', 'b/app', 'c/app']);
    await clock.advance(1_000);
    expect(changes).toContain('d/app');
    expect(events.take('d')[1]).toBe(
      'Normal Pulled Successfully pulled image "d:1" in 1s (2s including waiting). Image size: 1000000 bytes.',
    );
  });

  it('is refused with policy Never and looked for again after 10 s', async () => {
    const message = 'Container image "busybox:1" is not present with pull policy of Never';
    expect(await ensure({ imagePullPolicy: 'Never' })).toEqual({
      state: 'failed',
      reason: 'ErrImageNeverPull',
      message,
      retryAt: clock.now() + 10_000,
    });
    expect(events.take()).toEqual([`Warning ErrImageNeverPull ${message}`, 'Warning Failed Error: ErrImageNeverPull']);
    expect(pulls()).toBe(0);
    engine.addImage('busybox:1');
    expect(await ensure({ imagePullPolicy: 'Never' })).toMatchObject({ state: 'present' });
  });
});

describe('a pull that fails', () => {
  const FAILED = [`Warning Failed Failed to pull image "busybox:1": ${DENIED}`, 'Warning Failed Error: ErrImagePull'];
  const BACKED_OFF = ['Normal BackOff Back-off pulling image "busybox:1"', 'Warning Failed Error: ImagePullBackOff'];

  beforeEach(() => {
    pullError = new KubeletteError('NotFound', DENIED);
  });

  it('shows ErrImagePull, a second later ImagePullBackOff, and is tried again after 10 s', async () => {
    await ensure();
    await clock.advance(pullMs);
    expect(changes).toEqual(['uid-1/app']);
    const failedAt = clock.now();
    events.take();
    expect(await ensure()).toEqual({
      state: 'failed',
      reason: 'ErrImagePull',
      message: DENIED,
      retryAt: failedAt + 1_000,
    });
    expect(events.take()).toEqual(FAILED);
    await clock.advance(1_000);
    expect(await ensure()).toEqual({
      state: 'failed',
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "busybox:1": ErrImagePull: ${DENIED}`,
      retryAt: failedAt + 10_000,
    });
    expect(events.take()).toEqual(BACKED_OFF);
    await clock.advance(8_999);
    expect(await ensure()).toMatchObject({ reason: 'ImagePullBackOff' });
    await clock.advance(1);
    events.take();
    expect(await ensure()).toEqual({ state: 'pulling' });
    expect(events.take()).toEqual(['Normal Pulling Pulling image "busybox:1"']);
  });

  it('is tried again after 10, 20, 40, 80, 160, 300, 300 s', async () => {
    pullMs = 0;
    const waits: number[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) {
      expect(await ensure()).toEqual({ state: 'pulling' });
      await clock.advance(0);
      const failedAt = clock.now();
      await ensure();
      await clock.advance(1_000);
      const backoff = await ensure();
      const retryAt = backoff.state === 'failed' ? backoff.retryAt : 0;
      waits.push((retryAt - failedAt) / 1_000);
      await clock.advance(retryAt - clock.now());
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 300, 300]);
  });

  it('is forgotten once one succeeds', async () => {
    await ensure();
    await clock.advance(pullMs);
    await ensure();
    await clock.advance(10_000);
    pullError = undefined;
    engine.addImage('busybox:1', 'registry');
    await ensure();
    await clock.advance(pullMs);
    expect(await ensure()).toMatchObject({ state: 'present' });
    engine.images.clear();
    pullError = new Error(DENIED);
    expect(await ensure()).toEqual({ state: 'pulling' });
    await clock.advance(pullMs);
    const failedAt = clock.now();
    await ensure();
    expect(await ensure()).toMatchObject({ reason: 'ImagePullBackOff', retryAt: failedAt + 10_000 });
  });

  it('backs off for all containers of the pod, and for no other pod or image', async () => {
    await ensure();
    await clock.advance(pullMs);
    await ensure();
    expect(await ensure({}, { name: 'two' })).toMatchObject({ reason: 'ImagePullBackOff' });
    expect(await ensure({}, { uid: 'other' })).toEqual({ state: 'pulling' });
    expect(await ensure({ image: 'busybox:2' })).toEqual({ state: 'pulling' });
  });

  it('does not keep an image from being used that came another way', async () => {
    await ensure();
    await clock.advance(pullMs);
    await ensure();
    engine.addImage('busybox:1');
    expect(await ensure()).toMatchObject({ state: 'present' });
  });

  it('is forgotten with its pod', async () => {
    await ensure();
    await ensure({}, { uid: 'uid-11' });
    await clock.advance(pullMs);
    images.forget('uid-1');
    expect(await ensure()).toEqual({ state: 'pulling' });
    expect(await ensure({}, { uid: 'uid-11' })).toMatchObject({ state: 'failed' });
  });

  it('by the end of the agent still tells the worker', async () => {
    const stop = new AbortController();
    images = open(stop.signal);
    await ensure();
    stop.abort(new Error('the agent stops'));
    await clock.advance(0);
    expect(changes).toEqual(['uid-1/app']);
  });
});

describe('a pull that is nobody’s fault', () => {
  it('is begun anew when the engine went away, without back-off', async () => {
    pullError = new KubeletteError('Unavailable', 'cannot reach the Docker engine');
    await ensure();
    await clock.advance(pullMs);
    expect(changes).toEqual(['uid-1/app']);
    pullError = undefined;
    engine.addImage('busybox:1', 'registry');
    expect(await ensure()).toEqual({ state: 'pulling' });
    await clock.advance(pullMs);
    expect(events.take()).toEqual([
      'Normal Pulling Pulling image "busybox:1"',
      'Normal Pulling Pulling image "busybox:1"',
      pulled('1.234s (1.234s including waiting)'),
    ]);
  });

  it('but the registry’s has a reason of its own', async () => {
    const details = { reason: 'RegistryUnavailable' };
    pullError = new KubeletteError('Internal', 'Error response from daemon: 503', { details });
    await ensure();
    await clock.advance(pullMs);
    events.take();
    const message =
      'image pull failed for busybox:1 because the registry is unavailable: Error response from daemon: 503';
    expect(await ensure()).toMatchObject({ state: 'failed', reason: 'RegistryUnavailable', message });
    expect(events.take()).toEqual([
      'Warning Failed Failed to pull image "busybox:1": RegistryUnavailable: Error response from daemon: 503',
      'Warning Failed Error: RegistryUnavailable',
    ]);
    expect(await ensure()).toMatchObject({
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "busybox:1": RegistryUnavailable: ${message}`,
    });
  });
});

describe('the credentials of a pull', () => {
  const auth = (username: string): RegistryAuth => ({ username, password: 'secret', server: 'docker.io' });
  const tried = (): (string | undefined)[] => auths.map((one) => one?.username);

  it('are tried one after the other until one is good', async () => {
    engine.addImage('busybox:1', 'registry');
    credentials = { auths: [auth('stranger'), auth('friend'), auth('never')], missing: [] };
    refused = ['stranger'];
    await ensure();
    await clock.advance(2 * pullMs);
    expect(await ensure()).toMatchObject({ state: 'present' });
    expect(tried()).toEqual(['stranger', 'friend']);
  });

  it('that are all refused give one error with all words, each once', async () => {
    credentials = { auths: [auth('a'), auth('b'), auth('a')], missing: [] };
    refused = ['a', 'b'];
    await ensure();
    await clock.advance(3 * pullMs);
    expect(await ensure()).toMatchObject({ reason: 'ErrImagePull', message: '[a is refused, b is refused]' });
  });

  it('do not help when the engine is away: the others are not tried', async () => {
    credentials = { auths: [auth('a'), auth('b')], missing: [] };
    pullError = new KubeletteError('Unavailable', 'cannot reach the Docker engine');
    await ensure();
    await clock.advance(3 * pullMs);
    expect(tried()).toEqual(['a']);
  });

  it('that differ are pulls that differ, because who has none must not profit', async () => {
    engine.addImage('busybox:1', 'registry');
    credentials = { auths: [auth('a')], missing: [] };
    await ensure({}, { uid: 'one' });
    credentials = { auths: [], missing: [] };
    await ensure({}, { uid: 'two' });
    await ensure({}, { uid: 'three' });
    await clock.advance(pullMs);
    expect(tried()).toEqual(['a', undefined]);
  });

  it('that are missing are told of, once for a pull, and it goes on without', async () => {
    engine.addImage('busybox:1', 'registry');
    credentials = { auths: [], missing: ['one', 'two'] };
    await ensure();
    await clock.advance(pullMs);
    expect(await ensure()).toMatchObject({ state: 'present' });
    expect(events.all.filter(({ line }) => line.includes('Secret'))).toEqual([
      {
        about: 'uid-1',
        line: 'Warning FailedToRetrieveImagePullSecret Unable to retrieve some image pull secrets (one, two); attempting to pull the image may not succeed.',
      },
    ]);
  });

  it('that cannot be read are why the pull fails', async () => {
    findCredentials = async () => Promise.reject(new KubeletteError('Invalid', 'pull secret "x": not valid JSON'));
    images = open();
    await ensure();
    await clock.advance(0);
    expect(await ensure()).toMatchObject({ reason: 'ErrImagePull', message: 'pull secret "x": not valid JSON' });
  });
});

describe('what a pull has brought', () => {
  it('is told, with whether the engine had it by another name', async () => {
    const { id } = engine.addImage('busybox:1', 'registry');
    await ensure();
    await clock.advance(pullMs);
    engine.registry.set('same:1', { id, sizeBytes: 1, user: '' });
    await ensure({ image: 'same:1' });
    await clock.advance(pullMs);
    expect(brought).toEqual([
      [id, 'busybox:1', false],
      [id, 'same:1', true],
    ]);
  });
});

describe('a long pull', () => {
  it('is shown while it goes on, and logged every ten seconds', async () => {
    const lines: LogLine[] = [];
    logger = createLineLogger('info', (line) => lines.push(line));
    images = open();
    engine.addImage('busybox:1', 'registry');
    pullMs = 4_000;
    pullSteps = 6;
    await ensure();
    await clock.advance(4_000);
    expect(images.pulls).toEqual([{ image: 'busybox:1', text: '1 of 6' }]);
    await clock.advance(20_000);
    expect(images.pulls).toEqual([]);
    expect(lines.map(({ msg }) => msg)).toEqual(['pulling image', 'pulling image', 'pulled image']);
  });
});

describe('an image that cannot be looked up', () => {
  it.each([
    ['UPPER:1', 'invalid reference format: repository name (library/UPPER) must be lowercase'],
    ['a//b', 'invalid reference format'],
    ['', 'invalid reference format'],
  ])('because of its name %j is refused', async (image, words) => {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${words}`;
    expect(await ensure({ image })).toEqual({
      state: 'failed',
      reason: 'InvalidImageName',
      message,
      retryAt: clock.now() + 10_000,
    });
    expect(events.take()).toEqual([`Warning InspectFailed ${message}`, 'Warning Failed Error: InvalidImageName']);
  });

  it('because the engine has trouble with it says so', async () => {
    const error = new KubeletteError('Internal', 'Error response from daemon: layer does not exist');
    runtime.inject({ verb: 'images.find', when: 'before', error });
    const message = `Failed to inspect image "busybox:1": ${error.message}`;
    expect(await ensure()).toMatchObject({ state: 'failed', reason: 'ImageInspectError', message });
    expect(events.take()).toEqual([`Warning InspectFailed ${message}`, 'Warning Failed Error: ImageInspectError']);
  });

  it('because the engine is away is nobody’s fault: the round ends', async () => {
    engine.down = true;
    await expect(ensure()).rejects.toMatchObject({ code: 'Unavailable' });
    expect(events.take()).toEqual([]);
  });
});
