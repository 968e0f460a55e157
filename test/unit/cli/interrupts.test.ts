import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { listenForInterrupts } from '../../../src/cli/interrupts.js';

describe('listenForInterrupts', () => {
  it.each(['SIGINT', 'SIGTERM'])('aborts at the first %s and calls back at the second', (signal) => {
    const source = new EventEmitter();
    let seconds = 0;
    using interrupts = listenForInterrupts(source, () => (seconds += 1));
    expect(interrupts.signal.aborted).toBe(false);
    source.emit(signal);
    expect(interrupts.signal.aborted).toBe(true);
    expect(seconds).toBe(0);
    source.emit(signal);
    expect(seconds).toBe(1);
  });

  it('aborts when the terminal is closed, and has patience however often that is told', () => {
    const source = new EventEmitter();
    let seconds = 0;
    using interrupts = listenForInterrupts(source, () => (seconds += 1));
    source.emit('SIGHUP');
    expect(interrupts.signal.aborted).toBe(true);
    source.emit('SIGHUP');
    expect(seconds).toBe(0);
  });

  it('leaves nothing behind', () => {
    const source = new EventEmitter();
    listenForInterrupts(source, () => undefined)[Symbol.dispose]();
    expect(source.eventNames()).toEqual([]);
  });
});
