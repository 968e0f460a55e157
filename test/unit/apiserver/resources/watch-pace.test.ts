import { describe, expect, it } from '@jest/globals';
import { WatchPace, type WatchPlace } from '../../../../src/apiserver/resources/watch-pace.js';
import { FakeClock } from '../../../support/fake-clock.js';

const unending = new AbortController().signal;

/** A store of which nothing is known but how often it has changed, and watchers who note when they are told. */
class Audience {
  readonly clock = new FakeClock(0);
  readonly told: string[] = [];
  revision = 0;
  readonly #waiting: (() => void)[] = [];
  readonly pace = new WatchPace(this.clock, this);
  readonly places: WatchPlace[];

  constructor(watchers: number) {
    this.places = Array.from({ length: watchers }, () => this.pace.join());
  }

  change(): void {
    this.revision += 1;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  async changed(since: string, signal: AbortSignal): Promise<void> {
    if (since !== String(this.revision)) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => resolve());
    });
  }

  /** @param watcher waits, and notes `watcher: version @ milliseconds` */
  async wait(watcher: number, position = String(this.revision), signal = unending): Promise<string> {
    const until = await this.places[watcher]?.next(position, signal);
    this.told.push(`${watcher}: ${until} @ ${this.clock.now()}`);
    return until ?? '';
  }

  /** Lets what can go on do so. */
  settle(): Promise<void> {
    return this.clock.advance(0);
  }
}

describe('watchers are told', () => {
  it.each([
    [1, 0],
    [9, 0],
    [100, 10],
    [1_000, 100],
    [5_000, 100],
  ])('%d of them %d ms after they were told before', async (watchers, ms) => {
    const audience = new Audience(watchers);
    for (const step of [10_000, ms]) {
      void audience.wait(0);
      audience.change();
      await audience.clock.advance(step);
    }
    const [first, second] = audience.told;
    // After some quiet a tenth of it.
    expect([first, second]).toEqual([`0: 1 @ ${ms / 10}`, `0: 2 @ ${10_000 + ms / 10}`]);
    void audience.wait(0);
    audience.change();
    await audience.clock.advance(10_000);
    expect(audience.told[2]).toBe(`0: 3 @ ${10_000 + ms / 10 + ms}`);
  });

  it('at once again when the others have gone', async () => {
    const audience = new Audience(40);
    for (const { leave } of audience.places.slice(1)) leave();
    void audience.wait(0);
    audience.change();
    await audience.settle();
    expect(audience.told).toEqual(['0: 1 @ 0']);
  });

  it('together, of all that has changed meanwhile', async () => {
    const audience = new Audience(1_000);
    for (const watcher of audience.places.keys()) void audience.wait(watcher);
    audience.change();
    await audience.settle();
    audience.change();
    await audience.clock.advance(1_000);
    expect(audience.told).toHaveLength(1_000);
    expect(audience.told.filter((told) => !told.endsWith(': 2 @ 10'))).toEqual([]);
  });

  it('a hundred in a turn, all of the same changes although there are more before the last one has his turn', async () => {
    const audience = new Audience(1_000);
    for (const watcher of audience.places.keys()) void audience.wait(watcher).then(() => audience.change());
    audience.change();
    await audience.clock.advance(1_000);
    expect(audience.revision).toBe(1_001);
    const versions = audience.told.map((told) => told.split(' ')[1]);
    for (let turn = 0; turn < 1_000; turn += 100) expect(new Set(versions.slice(turn, turn + 100)).size).toBe(1);
  });

  it('each as long after its own last time, not all together', async () => {
    const audience = new Audience(1_000);
    void audience.wait(0);
    audience.change();
    await audience.clock.advance(50);
    void audience.wait(1, '0');
    void audience.wait(0);
    await audience.clock.advance(10);
    void audience.wait(1);
    audience.change();
    await audience.clock.advance(1_000);
    expect(audience.told).toEqual(['0: 1 @ 10', '1: 1 @ 50', '0: 2 @ 110', '1: 2 @ 150']);
  });

  it('at once when they come late, while the others wait for a change', async () => {
    const audience = new Audience(20);
    audience.change();
    void audience.wait(0);
    await audience.clock.advance(500);
    void audience.wait(1, '0');
    await audience.clock.advance(500);
    expect(audience.told).toEqual(['1: 1 @ 501']);
  });

  it('without those who know it already', async () => {
    const audience = new Audience(20);
    audience.change();
    void audience.wait(0);
    void audience.wait(1, '0');
    await audience.clock.advance(1_000);
    expect(audience.told).toEqual(['1: 1 @ 1']);
    audience.change();
    await audience.clock.advance(1_000);
    expect(audience.told).toEqual(['1: 1 @ 1', '0: 2 @ 1001']);
  });

  it('of what came while they were told, too', async () => {
    const audience = new Audience(20);
    void audience.wait(0).then(async () => {
      audience.change();
      await audience.wait(0, '1');
    });
    audience.change();
    await audience.clock.advance(1_000);
    expect(audience.told).toEqual(['0: 1 @ 1', '0: 2 @ 3']);
  });

  it('when they are woken in the middle of a telling and wait again', async () => {
    const audience = new Audience(3_000);
    // The first one wakes the last one, whose turn is coming.
    void audience.wait(0).then(() => audience.places[2_999]?.wake());
    for (let watcher = 1; watcher < 2_999; watcher += 1) void audience.wait(watcher);
    const again = (until: string): Promise<string> => audience.wait(2_999, until);
    void audience.wait(2_999).then(again).then(again);
    audience.change();
    await audience.clock.advance(1_000);
    audience.change();
    await audience.clock.advance(1_000);
    expect(audience.told.filter((told) => told.startsWith('2999:'))).toEqual([
      '2999: 0 @ 10',
      '2999: 1 @ 10',
      '2999: 2 @ 1010',
    ]);
  });
});

it('a watcher that is over does not wait', async () => {
  const audience = new Audience(1);
  await audience.wait(0, '0', AbortSignal.abort());
  expect(audience.told).toEqual(['0: 0 @ 0']);
});

it('a watcher that is woken does not wait any longer', async () => {
  const audience = new Audience(1_000);
  void audience.wait(0);
  audience.places[0]?.wake();
  await audience.settle();
  expect(audience.told).toEqual(['0: 0 @ 0']);
});
