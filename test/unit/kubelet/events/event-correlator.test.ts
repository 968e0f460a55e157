import { describe, expect, it } from '@jest/globals';
import {
  AGGREGATION_INTERVAL_MS,
  EventCorrelator,
  SPAM_BURST,
  SPAM_REFILL_MS,
  type CorrelatedEvent,
  type Occurrence,
} from '../../../../src/kubelet/events/event-correlator.js';

const POD = { kind: 'Pod', namespace: 'default', name: 'web', uid: 'u1', apiVersion: 'v1' };
const occurrence = (more: Partial<Occurrence> = {}): Occurrence => ({
  involvedObject: { ...POD, fieldPath: 'spec.containers{app}' },
  type: 'Normal',
  reason: 'Started',
  message: 'Started container app',
  ...more,
});

/** Names the events in the order they come. */
function newCorrelator(): (occurrence: Occurrence, now?: number) => CorrelatedEvent | undefined {
  const correlator = new EventCorrelator();
  let n = 0;
  return (what, now = 0) => correlator.correlate(what, `e${(n += 1)}`, now);
}

describe('repeats', () => {
  it('count up on the first event, whose name and first time stay', () => {
    const correlate = newCorrelator();
    expect(correlate(occurrence(), 1_000)).toMatchObject({ name: 'e1', count: 1, firstMs: 1_000, lastMs: 1_000 });
    expect(correlate(occurrence(), 5_000)).toMatchObject({ name: 'e1', count: 2, firstMs: 1_000, lastMs: 5_000 });
    expect(correlate(occurrence(), 9_000)).toMatchObject({ name: 'e1', count: 3, firstMs: 1_000, lastMs: 9_000 });
  });

  it.each<[string, Partial<Occurrence>]>([
    ['type', { type: 'Warning' }],
    ['reason', { reason: 'Created' }],
    ['message', { message: 'Started container other' }],
    ['container', { involvedObject: { ...POD, fieldPath: 'spec.containers{other}' } }],
    ['pod uid', { involvedObject: { ...POD, uid: 'u2', fieldPath: 'spec.containers{app}' } }],
    ['namespace', { involvedObject: { ...POD, namespace: 'x', fieldPath: 'spec.containers{app}' } }],
  ])('of another %s are another event', (_what, other) => {
    const correlate = newCorrelator();
    correlate(occurrence());
    expect(correlate(occurrence(other))).toMatchObject({ name: 'e2', count: 1 });
    expect(correlate(occurrence())).toMatchObject({ name: 'e1', count: 2 });
  });

  it('do not depend on the version of the object', () => {
    const correlate = newCorrelator();
    correlate(occurrence({ involvedObject: { ...POD, resourceVersion: '1' } }));
    expect(correlate(occurrence({ involvedObject: { ...POD, resourceVersion: '2' } }))).toMatchObject({ count: 2 });
  });
});

describe('similar events', () => {
  const failed = (n: number): Occurrence => occurrence({ reason: 'Failed', message: `attempt ${n}` });

  it('become one from the tenth distinct message on, which counts and shows the latest', () => {
    const correlate = newCorrelator();
    for (let n = 1; n <= 9; n += 1)
      expect(correlate(failed(n))).toMatchObject({ name: `e${n}`, message: `attempt ${n}` });
    expect(correlate(failed(10))).toMatchObject({
      name: 'e10',
      count: 1,
      message: '(combined from similar events): attempt 10',
    });
    expect(correlate(failed(11))).toMatchObject({
      name: 'e10',
      count: 2,
      message: '(combined from similar events): attempt 11',
    });
    // One that has its own event keeps it.
    expect(correlate(failed(3))).toMatchObject({ name: 'e3', count: 2, message: 'attempt 3' });
  });

  it('are told apart again after ten minutes of silence, not after ten minutes', () => {
    const correlate = newCorrelator();
    for (let n = 1; n <= 9; n += 1) correlate(failed(n), 0);
    const half = AGGREGATION_INTERVAL_MS / 2 + 1;
    correlate(failed(9), half);
    expect(correlate(failed(10), 2 * half)?.message).toMatch(/^\(combined/);
    expect(correlate(failed(11), 2 * half + AGGREGATION_INTERVAL_MS)?.message).toMatch(/^\(combined/);
    expect(correlate(failed(12), 2 * half + 2 * AGGREGATION_INTERVAL_MS + 1)?.message).toBe('attempt 12');
  });

  it('of different reasons are not combined', () => {
    const correlate = newCorrelator();
    for (let n = 1; n <= 15; n += 1)
      expect(correlate(occurrence({ reason: `R${n}`, message: `m${n}` }))?.message).toBe(`m${n}`);
  });
});

describe('an object that floods', () => {
  it('is cut off after 25 events, whatever they say, and gets one more each five minutes', () => {
    const correlate = newCorrelator();
    const passed = (now: number): boolean => correlate(occurrence(), now) !== undefined;
    for (let n = 0; n < SPAM_BURST; n += 1) expect(passed(0)).toBe(true);
    expect(passed(0)).toBe(false);
    expect(correlate(occurrence({ reason: 'Other' }), 0)).toBeUndefined();
    expect(passed(SPAM_REFILL_MS - 1)).toBe(false);
    expect(passed(SPAM_REFILL_MS)).toBe(true);
    expect(passed(SPAM_REFILL_MS)).toBe(false);
    // What was cut off has been counted.
    expect(correlate(occurrence(), 2 * SPAM_REFILL_MS)).toMatchObject({ count: SPAM_BURST + 5 });
  });

  it('does not cut off another one', () => {
    const correlate = newCorrelator();
    for (let n = 0; n < 100; n += 1) correlate(occurrence());
    expect(correlate(occurrence({ involvedObject: { ...POD, name: 'other', uid: 'u2' } }))).toBeDefined();
  });

  it('never has more than 25 in store, and a clock that jumps back takes none away', () => {
    const correlate = newCorrelator();
    correlate(occurrence(), 1_000 * SPAM_REFILL_MS);
    let passed = 0;
    for (let n = 0; n < 100; n += 1) if (correlate(occurrence(), 2_000 * SPAM_REFILL_MS) !== undefined) passed += 1;
    expect(passed).toBe(SPAM_BURST);
    expect(correlate(occurrence(), 0)).toBeUndefined();
    expect(correlate(occurrence(), SPAM_REFILL_MS)).toBeDefined();
  });
});

it('remembers a bounded number of events and forgets the longest unused', () => {
  const correlate = newCorrelator();
  const about = (n: number): Occurrence => occurrence({ involvedObject: { ...POD, name: `p${n}` } });
  for (let n = 0; n < 5_000; n += 1) {
    correlate(about(n));
    if (n % 1_000 === 0) correlate(about(0));
  }
  expect(correlate(about(0))).toMatchObject({ count: 7 });
  expect(correlate(about(1))).toMatchObject({ count: 1 });
});
