import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Container, Pod } from '../../../src/api/schema/pod.js';
import type { TerminationMessages as Messages } from '../../../src/kubelet/termination-messages.js';
import type { ObservedContainer } from '../../../src/runtime/observed.js';
import { aContainer, anInstance, aPod, ended, T0 } from '../../support/builders.js';
import { FakeLogs } from '../../support/fake-logs.js';
import { FaultyFiles } from '../../support/faulty-files.js';

const files = new FaultyFiles();
jest.unstable_mockModule('node:fs/promises', () => files.module);
const { TerminationMessages } = await import('../../../src/kubelet/termination-messages.js');

const { signal } = new AbortController();

let root: string;
let logs: FakeLogs;
let messages: Messages;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kubelette-messages-'));
  logs = new FakeLogs();
  logs.alwaysDrained = true;
  messages = new TerminationMessages(root, logs);
});
afterEach(() => rm(root, { recursive: true }));

const FALLBACK = { terminationMessagePolicy: 'FallbackToLogsOnError' } as const;
const podOf = (...containers: Partial<Container>[]): Pod =>
  aPod({
    containers: containers.map((changes, index) =>
      aContainer(index === 0 ? 'app' : `app${index}`, { terminationMessagePath: '/dev/termination-log', ...changes }),
    ),
  });
async function prepared(pod: Pod, container: Container, attempt: number): Promise<string> {
  const file = await messages.prepare(pod, container, attempt);
  if (file === undefined) throw new Error('there is no file');
  return file;
}
async function write(pod: Pod, text: string | Buffer, attempt = 0): Promise<string> {
  const [container = aContainer('app')] = pod.spec.containers;
  const file = await prepared(pod, container, attempt);
  await writeFile(file, text);
  return file;
}
const messageOf = async (
  pod: Pod,
  instance: ObservedContainer = anInstance('app', ended(1)),
): Promise<string | undefined> => (await messages.collect(pod, [instance], signal)).get(instance.id);

describe('the file for the last word', () => {
  it('is empty, the instance’s own, and open to every user of the container', async () => {
    const pod = podOf({});
    const file = await prepared(pod, aContainer('app'), 3);
    expect(file).toBe(join(root, 'uid-1', 'containers', 'app', '3'));
    expect(await readFile(file, 'utf8')).toBe('');
    expect((await stat(file)).mode & 0o777).toBe(0o666);
  });

  it('keeps what is in it when it is prepared again', async () => {
    const pod = podOf({});
    await write(pod, 'said already');
    expect(await readFile(await prepared(pod, aContainer('app'), 0), 'utf8')).toBe('said already');
  });

  it('is never made through a link', async () => {
    const pod = podOf({});
    const file = await write(pod, '');
    await rm(file);
    await symlink('/etc/hostname', file);
    await expect(messages.prepare(pod, aContainer('app'), 0)).rejects.toThrow('ELOOP');
    expect(await messageOf(pod)).toMatch(/^Error on reading termination log \/dev\/termination-log: .*ELOOP/);
  });

  it('is done without on a full disk', async () => {
    for (const at of [1, 2]) {
      files.reset({ at, code: 'ENOSPC' });
      expect(await messages.prepare(podOf({}), aContainer('app'), at)).toBeUndefined();
    }
    files.reset();
    expect(await messageOf(podOf({}))).toBe('');
  });

  it('goes with the pod', async () => {
    const file = await write(podOf({}), 'x');
    await messages.forgetPod('uid-1');
    await expect(stat(file)).rejects.toThrow('ENOENT');
    await messages.forgetPod('uid-1');
  });
});

describe('the message', () => {
  it('is what is in the file', async () => {
    const pod = podOf({});
    await write(pod, 'disk full\n');
    expect(await messageOf(pod)).toBe('disk full\n');
    expect(await messageOf(pod, anInstance('app', { ...ended(0), id: 'other' }))).toBe('disk full\n');
  });

  it('is the last 4096 bytes of a long file', async () => {
    const pod = podOf({});
    await write(pod, `${'a'.repeat(10)}${'b'.repeat(4096)}`);
    expect(await messageOf(pod)).toBe('b'.repeat(4096));
  });

  it('is that of its own attempt', async () => {
    const pod = podOf({});
    await write(pod, 'first', 0);
    await write(pod, 'second', 1);
    expect(await messageOf(pod, anInstance('app', { ...ended(1), attempt: 1 }))).toBe('second');
  });

  it('is empty without a file and without a fallback', async () => {
    logs.text.set('app/0', 'a log line');
    expect(await messageOf(podOf({}))).toBe('');
    await write(podOf({}), '');
    expect(await messageOf(podOf({}), anInstance('app', { ...ended(1), id: 'again' }))).toBe('');
  });

  it('exists only for what has ended and is specified', async () => {
    const collected = await messages.collect(
      podOf({}),
      [anInstance('app'), anInstance('app', { attempt: 1, state: 'created' }), anInstance('removed', ended(1))],
      signal,
    );
    expect(collected.size).toBe(0);
  });

  it('is read once, and again after somebody started the instance by hand', async () => {
    const pod = podOf({});
    await write(pod, 'first');
    expect(await messageOf(pod)).toBe('first');
    await write(pod, 'changed');
    expect(await messageOf(pod)).toBe('first');
    expect(await messageOf(pod, anInstance('app', ended(1, T0 + 9_000)))).toBe('changed');
  });

  it('is not remembered of an instance that is not there any more, whoever removed it', async () => {
    const pod = podOf({});
    await write(pod, 'first');
    expect(await messageOf(pod)).toBe('first');
    await messages.collect(pod, [], signal);
    await write(pod, 'read anew');
    expect(await messageOf(pod)).toBe('read anew');
  });

  it('shares 12288 bytes with those of the other containers of the pod', async () => {
    const pod = podOf({}, {}, {}, {}, {});
    await write(pod, 'é'.repeat(2_000));
    const message = (await messageOf(pod)) ?? '';
    expect(message).toBe('é'.repeat(1_228));
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(12_288 / 5);
  });
});

describe('the message from the log', () => {
  const pod = podOf(FALLBACK);

  beforeEach(() => {
    logs.text.set('app/0', 'line 1\nline 2');
  });

  it('stands in for an empty file after a failure', async () => {
    expect(await messageOf(pod)).toBe('line 1\nline 2');
    await write(pod, '');
    expect(await messageOf(pod, anInstance('app', { ...ended(1), id: 'again' }))).toBe('line 1\nline 2');
  });

  it('is at most 80 lines and 2048 bytes', async () => {
    logs.text.set('app/0', Array.from({ length: 100 }, (_, index) => `${index}`).join('\n'));
    expect((await messageOf(pod))?.split('\n')).toHaveLength(80);
    logs.text.set('app/0', 'x'.repeat(5_000));
    expect(await messageOf(pod, anInstance('app', { ...ended(1), id: 'again' }))).toHaveLength(2_048);
  });

  it('waits until the log is stored', async () => {
    logs.alwaysDrained = false;
    const message = messageOf(pod);
    await new Promise<void>((resolve) => setImmediate(resolve));
    logs.text.set('app/0', 'the very last line');
    logs.drain('app-0');
    expect(await message).toBe('the very last line');
  });

  it('is read again when the engine took too long to give the log away', async () => {
    logs.alwaysDrained = false;
    logs.isSlow = true;
    logs.text.set('app/0', 'a line');
    expect(await messageOf(pod)).toBe('a line');
    logs.text.set('app/0', 'a line\nand why it failed');
    logs.drain('app-0');
    expect(await messageOf(pod)).toBe('a line\nand why it failed');
    logs.text.set('app/0', 'nothing more is read');
    expect(await messageOf(pod)).toBe('a line\nand why it failed');
  });

  it('ends its wait on abort', async () => {
    logs.alwaysDrained = false;
    const stop = new AbortController();
    const collecting = messages.collect(pod, [anInstance('app', ended(1))], stop.signal);
    stop.abort(new Error('enough'));
    await expect(collecting).rejects.toThrow('enough');
  });

  it.each<[string, () => Promise<ObservedContainer>]>([
    [
      'the file says something',
      async () => {
        await write(pod, '');
        await write(pod, 'mine');
        return anInstance('app', ended(1));
      },
    ],
    ['it succeeded', async () => anInstance('app', ended(0))],
    [
      'it never started',
      async () => {
        const dead = { ...anInstance('app', ended(127)) };
        Reflect.deleteProperty(dead, 'startedAt');
        return dead;
      },
    ],
  ])('is not used when %s', async (_what, given) => {
    expect(['', 'mine']).toContain(await messageOf(pod, await given()));
  });
});
