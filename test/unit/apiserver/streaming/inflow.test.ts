import { describe, expect, it } from '@jest/globals';
import { Inflow } from '../../../../src/apiserver/streaming/inflow.js';

const isSettled = async (promise: Promise<void>): Promise<boolean> => {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  return settled;
};

describe('Inflow', () => {
  it('makes the sender wait for the reader, and holds little', async () => {
    const inflow = new Inflow();
    const sent = inflow.deliver(Buffer.alloc(100_000));
    expect(await isSettled(sent)).toBe(false);
    inflow.resume();
    expect(await isSettled(sent)).toBe(true);
  });

  it('lets the sender go when the reader gives up, and drops what comes then', async () => {
    const inflow = new Inflow();
    const sent = inflow.deliver(Buffer.alloc(100_000));
    inflow.destroy();
    expect(await isSettled(sent)).toBe(true);
    expect(await isSettled(inflow.deliver(Buffer.alloc(100_000)))).toBe(true);
    inflow.end();
  });

  it('ends after what was delivered, once', async () => {
    const inflow = new Inflow();
    void inflow.deliver(Buffer.from('one'));
    inflow.end();
    inflow.end();
    await inflow.deliver(Buffer.from('late'));
    const chunks: Buffer[] = [];
    for await (const chunk of inflow as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('one');
  });
});
