import { afterEach, describe, expect, it } from '@jest/globals';

import { ImageNamesCache } from '../../../src/docker/image-names.js';
import { eventually } from '../../support/eventually.js';
import { openEngineStub, reply, type EngineStub } from '../../support/engine-stub.js';
import { FakeClock } from '../../support/fake-clock.js';

const ID = 'sha256:1';
const NAMES = { tags: ['app:1'], digests: [] };

describe('names of images', () => {
  let stub: EngineStub | undefined;
  afterEach(async () => stub?.close());

  async function open(): Promise<{
    cache: ImageNamesCache;
    clock: FakeClock;
    asked: () => number;
    answer: () => void;
  }> {
    const clock = new FakeClock();
    const waiting: (() => void)[] = [];
    let asked = 0;
    stub = await openEngineStub(clock, (_line, response) => {
      asked += 1;
      waiting.push(() => reply(response, 200, { RepoTags: ['app:1'], RepoDigests: null }));
    });
    const answer = (): void => {
      for (const one of waiting.splice(0)) one();
    };
    return { cache: new ImageNamesCache(stub.engine), clock, asked: () => asked, answer };
  }
  const signal = new AbortController().signal;

  it('are asked for once by all who want to know at the same time, and kept for a while', async () => {
    const { answer, asked, cache, clock } = await open();
    const all = Promise.all([cache.of(ID, signal), cache.of(ID, signal), cache.of(ID, signal)]);
    await eventually('the question', () => asked() > 0);
    answer();
    expect(await all).toEqual([NAMES, NAMES, NAMES]);
    expect(await cache.of(ID, signal)).toEqual(NAMES);
    expect(asked()).toBe(1);
    await clock.advance(30_001);
    const again = cache.of(ID, signal);
    await eventually('the next question', () => asked() > 1);
    answer();
    expect(await again).toEqual(NAMES);
  });

  it('are there for those who still want to know when the first to ask has left', async () => {
    const { answer, asked, cache } = await open();
    const leaving = new AbortController();
    const first = cache.of(ID, leaving.signal);
    const second = cache.of(ID, signal);
    await eventually('the question', () => asked() > 0);
    leaving.abort(new Error('no longer wanted'));
    await expect(first).rejects.toThrow('no longer wanted');
    await eventually('the next question', () => asked() > 1);
    answer();
    expect(await second).toEqual(NAMES);
  });
});
