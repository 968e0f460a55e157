import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { processTerminal, type OutputProcess } from '../../../src/cli/terminal.js';

/** Fails each write with `code`, a while after it was made. */
function outputs(code: string, errno: number) {
  let told = '';
  const failing = () =>
    new Writable({
      write: (_chunk, _encoding, done) => {
        setImmediate(() => done(Object.assign(new Error(`${code}: it failed, write`), { code, errno })));
      },
      // As the outputs of a process: they are never closed.
      emitClose: false,
      autoDestroy: false,
      // Of their shape, all that is used is a stream's.
    }) as unknown as OutputProcess['stderr'];
  const stderr = new Writable({
    write: (chunk, _encoding, done) => {
      told += String(chunk);
      done();
    },
  });
  const own = { stdout: failing(), stderr, stdin: process.stdin, env: {} } as unknown as OutputProcess;
  return { own, failing, told: () => told };
}

describe('the outputs of a process', () => {
  it.each([
    ['ENOSPC', -28, 0, 1, 'error: write /dev/stdout: no space left on device\n'],
    ['EIO', -5, 0, 1, 'error: write /dev/stdout: i/o error\n'],
    ['EODD', -99_999, 0, 1, 'error: write /dev/stdout: EODD: it failed, write\n'],
    ['ENOSPC', -28, 3, 3, 'error: write /dev/stdout: no space left on device\n'],
    ['EPIPE', -32, 0, 0, ''],
  ])('fail with %s (%d), told once: %d ends as %d', async (code, errno, before, after, text) => {
    const { own, told } = outputs(code, errno);
    const terminal = processTerminal(own);
    terminal.out.write('a');
    terminal.out.write('b');
    expect(await terminal.finish(before)).toBe(after);
    expect(told()).toBe(text);
  });

  it('are whole when nothing failed, and an error of stderr ends nothing', async () => {
    const { failing, own, told } = outputs('EIO', -5);
    const terminal = processTerminal({ ...own, stdout: own.stderr, stderr: failing() });
    terminal.out.write('result');
    terminal.err.write('lost');
    expect(await terminal.finish(0)).toBe(0);
    expect(told()).toBe('result');
  });
});
