import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { copyRaw, demux } from '../../../src/docker/demux.js';

function frame(type: number, size: number): Buffer {
  const header = Buffer.from([type, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(size, 4);
  return Buffer.concat([header, Buffer.alloc(size, type)]);
}
const sizeOf = async (stream: Readable): Promise<number> => {
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) size += chunk.length;
  return size;
};

describe('demux', () => {
  it('splits and ends both streams', async () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const done = demux(Readable.from([frame(1, 3), frame(2, 5), frame(1, 4)]), stdout, stderr);
    expect(await Promise.all([sizeOf(stdout), sizeOf(stderr), done])).toEqual([7, 5, undefined]);
  });

  it('reads no faster than its reader', async () => {
    let produced = 0;
    const source = Readable.from(
      (function* () {
        for (; produced < 1_000; produced += 1) yield frame(1, 16_384);
      })(),
      { highWaterMark: 1 },
    );
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const done = demux(source, stdout, stderr);
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(produced).toBeLessThan(10);
    expect(await sizeOf(stdout)).toBe(16_384_000);
    await done;
  });

  it('goes on for one stream when the reader of the other has left', async () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    stderr.destroy();
    const done = demux(Readable.from([frame(2, 100_000), frame(2, 100_000), frame(1, 7)]), stdout, stderr);
    expect(await sizeOf(stdout)).toBe(7);
    await done;
  });

  it('fails both streams when the source fails or breaks off', async () => {
    const broken = [Readable.from([frame(1, 9).subarray(0, 12)])];
    for (const source of broken) {
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      stdout.on('error', () => undefined);
      stderr.on('error', () => undefined);
      await expect(demux(source, stdout, stderr)).rejects.toMatchObject({ code: 'Unavailable' });
      expect([stdout.destroyed, stderr.destroyed]).toEqual([true, true]);
    }
  });

  it('passes a terminal through as it is', async () => {
    const stdout = new PassThrough();
    const done = copyRaw(Readable.from([Buffer.from('raw'), Buffer.from('bytes')]), stdout);
    expect(await sizeOf(stdout)).toBe(8);
    await done;
  });
});
