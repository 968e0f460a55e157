import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { createLineLogger, createLogger, silentLogger, type LogLine } from '../../../src/lib/logger.js';

it('hands log lines to a function as values, with what went wrong', () => {
  const lines: LogLine[] = [];
  const logger = createLineLogger('info', (line) => lines.push(line));
  logger.info({ pod: 'default/web' }, 'pod added');
  logger.debug('too quiet');
  logger.warn({ error: 'no space' }, 'cannot write');
  logger.child({ uid: 'u' }).error({ err: new Error('gone') }, 'stopped');
  expect(lines).toEqual([
    { level: 30, msg: 'pod added' },
    { level: 40, msg: 'cannot write', problem: 'no space' },
    { level: 50, msg: 'stopped', problem: 'gone' },
  ]);
});

it('says nothing when silent', () => {
  expect(() => silentLogger.fatal('x')).not.toThrow();
});

it.each(['json', 'pretty'] as const)('ends nothing when it cannot be written: %s', async (format) => {
  await using full = await open('/dev/full', 'w');
  const logger = createLogger('info', format, { fd: full.fd });
  expect(() => {
    for (let line = 0; line < 3; line += 1) logger.info('no room');
  }).not.toThrow();
});

it.each([
  ['plain', false, /^\[[\d:.]+\] INFO: pod added\n {4}pod: "default\/web"\n$/],
  ['coloured', true, /^\[[\d:.]+\] \u001b\[32mINFO\u001b\[39m: \u001b\[36mpod added\u001b\[39m\n/],
])('is pretty for people: %s', async (_how, colour, expected) => {
  const directory = await mkdtemp(join(tmpdir(), 'kubelette-log-'));
  const path = join(directory, 'log');
  try {
    await using file = await open(path, 'w');
    createLogger('info', 'pretty', { fd: file.fd, colour }).info({ pod: 'default/web' }, 'pod added');
    expect(await readFile(path, 'utf8')).toMatch(expected);
  } finally {
    await rm(directory, { recursive: true });
  }
});
