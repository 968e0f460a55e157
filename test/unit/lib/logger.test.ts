import { open } from 'node:fs/promises';
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
  const logger = createLogger('info', format, full.fd);
  expect(() => {
    for (let line = 0; line < 3; line += 1) logger.info('no room');
  }).not.toThrow();
});
