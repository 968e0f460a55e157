import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { abortable, isAbort, LinkedAbort } from '../../../src/lib/abort.js';

const never = new Promise<never>(() => undefined);

describe('abortable', () => {
  it('is the promise while nobody aborts', async () => {
    const { signal } = new AbortController();
    await expect(abortable(Promise.resolve(1), signal)).resolves.toBe(1);
    await expect(abortable(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
  });

  it('rejects with the reason as soon as it aborts, whatever the promise does', async () => {
    const stop = new AbortController();
    const result = abortable(never, stop.signal);
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(result).rejects.toBe(reason);
  });

  it('rejects at once when it is too late', async () => {
    const reason = new Error('enough');
    await expect(abortable(Promise.resolve(1), AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('is the only one to reject when it is too late: a promise that fails is heard all the same', async () => {
    const reason = new Error('enough');
    await expect(abortable(Promise.reject(new Error('no')), AbortSignal.abort(reason))).rejects.toBe(reason);
    // A rejection that nobody hears would come now.
    await setImmediate();
  });

  it('leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    const listeners = new Set<unknown>();
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (type: string, listener: () => void): void => {
      listeners.add(listener);
      add(type, listener);
    };
    signal.removeEventListener = (type: string, listener: () => void): void => {
      listeners.delete(listener);
      remove(type, listener);
    };
    await abortable(Promise.resolve(1), signal);
    await abortable(Promise.reject(new Error('no')), signal).catch(() => undefined);
    expect(listeners.size).toBe(0);
  });
});

describe('isAbort', () => {
  const reason = new Error('enough');
  const abortError = Object.assign(new Error('aborted'), { name: 'AbortError' });
  const aborted = AbortSignal.abort(reason);
  const { signal: running } = new AbortController();

  it.each<[string, unknown, AbortSignal, boolean]>([
    ["the signal's own reason", reason, aborted, true],
    ['what Node throws for an aborted call', abortError, aborted, true],
    ['another error at the same time', new Error('disk full'), aborted, false],
    ['the same reason before it aborted', reason, running, false],
    ["somebody else's abort", abortError, running, false],
    ['something that is no error', 'AbortError', aborted, false],
  ])('knows %s', (_what, error, signal, wanted) => {
    expect(isAbort(error, signal)).toBe(wanted);
  });
});

describe('LinkedAbort', () => {
  it('aborts with its owner, also with one that has aborted', () => {
    const owner = new AbortController();
    const before = new LinkedAbort(owner.signal);
    const reason = new Error('enough');
    owner.abort(reason);
    expect(before.signal.reason).toBe(reason);
    expect(new LinkedAbort(owner.signal).signal.reason).toBe(reason);
  });

  it('aborts by itself and leaves its owner alone', () => {
    const owner = new AbortController();
    const linked = new LinkedAbort(owner.signal);
    linked.abort(new Error('only this one'));
    expect([linked.signal.aborted, owner.signal.aborted]).toEqual([true, false]);
  });

  it('does not hear its owner once it is released', () => {
    const owner = new AbortController();
    const linked = new LinkedAbort(owner.signal);
    linked.release();
    owner.abort();
    expect(linked.signal.aborted).toBe(false);
  });
});
