import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Pod } from '../../../src/api/schema/pod.js';
import { eventually } from '../../support/eventually.js';
import { kubectl134, oldKubectl } from '../../support/kubectl.js';
import {
  collect,
  runProgram,
  startProgram,
  startStreamingNode,
  type Outcome,
  type StreamingNode,
} from '../../support/streaming-node.js';

const IMAGE = 'kubelette.local/busybox:1';
const old = oldKubectl();
const SPDY = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' };
const clients: readonly { readonly name: string; readonly path: string; readonly env: Record<string, string> }[] = [
  { name: 'kubectl 1.34', path: kubectl134(), env: {} },
  { name: 'kubectl 1.34 with SPDY', path: kubectl134(), env: SPDY },
  ...(old === undefined ? [] : [{ name: `an old kubectl (${old})`, path: old, env: {} }]),
];

/** Echoes each connection on 8080, on the loopback only; on 8081 answers with the count of what came when that ended. */
const SERVERS = 'nc -ll -p 8080 127.0.0.1 -e cat & nc -ll -p 8081 127.0.0.1 -e wc -c & trap "exit 0" TERM; wait';

let node: StreamingNode;
let started: StreamingNode | undefined;

beforeAll(async () => {
  node = started = await startStreamingNode('streaming');
  const container = (name: string, text: string, more: object = {}): object => ({
    name,
    image: IMAGE,
    command: ['/bin/busybox', 'sh', '-c', text],
    ...more,
  });
  const pod = (name: string, containers: readonly object[], spec: object = {}): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers, ...spec },
  });
  await Promise.all([
    node.run(pod('main', [container('app', SERVERS), container('other', 'trap "exit 0" TERM; sleep 10000 & wait')])),
    ...clients.map((_client, index) =>
      node.run(
        pod(`reader-${index}`, [
          container('app', 'while read line; do echo "got $line"; done; exit 4', { stdin: true, stdinOnce: true }),
        ]),
      ),
    ),
    node.run(pod('done', [container('app', 'echo one; echo two; echo three; exit 0')]), 'Succeeded'),
  ]);
});
afterAll(async () => started?.close());

describe.each(clients)('$name', ({ path, env }) => {
  const index = clients.findIndex((client) => client.path === path && client.env === env);
  const command = (...args: readonly string[]): readonly string[] => [
    path,
    '--kubeconfig',
    node.kubeconfig,
    '--cache-dir',
    join(node.scratch, `cache-${index}`),
    ...args,
  ];
  const kubectl = (args: readonly string[], input: Buffer | string = ''): Promise<Outcome> =>
    runProgram(command(...args), { HOME: node.scratch, ...env }, input);

  it('exec keeps the streams apart and passes the exit code on', async () => {
    const { code, stdout, stderr } = await kubectl([
      'exec',
      'main',
      '-c',
      'app',
      '--',
      'sh',
      '-c',
      'echo out; echo err >&2; exit 7',
    ]);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 7, stdout: 'out\n' });
    expect(stderr).toBe('err\ncommand terminated with exit code 7\n');
  });

  it('exec ends with 0, and leaves a process without its input', async () => {
    expect(await kubectl(['exec', 'main', '-c', 'app', '--', 'true'])).toMatchObject({ code: 0, stderr: '' });
    const ignored = await kubectl(['exec', '-i', 'main', '-c', 'app', '--', 'echo', 'done'], randomBytes(5_000_000));
    expect({ code: ignored.code, stdout: ignored.stdout.toString() }).toEqual({ code: 0, stdout: 'done\n' });
  });

  it('exec -i brings 5 MB there and back unchanged', async () => {
    const sent = randomBytes(5 * 1024 * 1024 + 17);
    const { code, stdout, stderr } = await kubectl(['exec', '-i', 'main', '-c', 'app', '--', 'cat'], sent);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(digest(stdout)).toBe(digest(sent));
  });

  it('exec of what is not there fails with the reason', async () => {
    const missing = await kubectl(['exec', 'main', '-c', 'app', '--', 'no-such-program']);
    expect([126, 127]).toContain(missing.code);
    // The engine writes it to the command's output.
    expect(missing.stdout.toString()).toContain('no-such-program');
    expect(await kubectl(['exec', 'main', '-c', 'nope', '--', 'true'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('container nope is not valid for pod main'),
    });
    expect(await kubectl(['exec', 'nobody', '--', 'true'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('pods "nobody" not found'),
    });
  });

  it("exec -it has a terminal of the client's size, also after it changed", async () => {
    const inner = command(
      'exec',
      '-it',
      'main',
      '-c',
      'app',
      '--',
      'sh',
      '-c',
      `until stty size 2>/dev/null | grep '33 101'; do sleep 0.05; done; trap 's=$(stty size); echo $s; [ "$s" = "44 102" ] && exit 3' WINCH; echo armed; while :; do sleep 0.1; done`,
    );
    // The size changes when the command would hear of it.
    const armed = join(node.scratch, `armed-${index}`);
    const resize = `(until [ -e ${armed} ]; do sleep 0.1; done; stty rows 44 cols 102 < /dev/tty) &`;
    const text = `stty rows 33 cols 101; ${resize} exec ${inner.map(quoted).join(' ')}`;
    const child = startProgram(['script', '-qefc', text, '/dev/null'], {
      HOME: node.scratch,
      SHELL: '/bin/sh',
      ...env,
    });
    child.stdin?.on('error', () => undefined).end();
    const out = collect(child.stdout);
    const ended = once(child, 'close');
    const said = (): string => Buffer.concat(out).toString();
    await eventually('the command hears of sizes', () => /33 101\s[^]*armed/.test(said()));
    await writeFile(armed, '');
    const [code] = (await ended) as [number | null];
    expect(said()).toMatch(/33 101\s[^]*44 102/);
    expect(code).toBe(3);
  });

  it('attach talks with the process until it ends, and so does who follows its log', async () => {
    const pod = `reader-${index}`;
    const following = kubectl(['logs', '-f', pod]);
    const { code, stdout } = await kubectl(['attach', '-i', pod], 'one\ntwo\n');
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: 'got one\ngot two\n' });
    const followed = await following;
    expect({ code: followed.code, stdout: followed.stdout.toString() }).toEqual({
      code: 0,
      stdout: 'got one\ngot two\n',
    });
    await eventually('the process has ended', () => {
      const found = node.agent.store.get<Pod>('Pod', `default/${pod}`);
      return found?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode === 4;
    });
  });

  it('cp brings files in and out', async () => {
    const [there, back] = [join(node.scratch, `there-${index}`), join(node.scratch, `back-${index}`)];
    const bytes = randomBytes(3_000_001);
    await writeFile(there, bytes);
    expect(await kubectl(['cp', there, 'main:/tmp/file', '-c', 'app'])).toMatchObject({ code: 0, stderr: '' });
    expect(await kubectl(['cp', 'main:/tmp/file', back, '-c', 'app'])).toMatchObject({ code: 0 });
    expect(digest(await readFile(back))).toBe(digest(bytes));
  });

  it('logs takes its options', async () => {
    const text = async (...options: readonly string[]): Promise<string> =>
      (await kubectl(['logs', 'done', ...options])).stdout.toString();
    expect(await text()).toBe('one\ntwo\nthree\n');
    expect(await text('-f')).toBe('one\ntwo\nthree\n');
    expect(await text('--tail=1')).toBe('three\n');
    expect(await text('--limit-bytes=5')).toBe('one\nt');
    expect(await text('--timestamps', '--tail=1')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z three\n$/);
    expect(await text('--since=1h')).toBe('one\ntwo\nthree\n');
    expect(await kubectl(['logs', 'done', '--previous'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('previous terminated container "app" in pod "done" not found'),
    });
  });

  it('port-forward carries connections side by side, to the loopback, each closed by halves', async () => {
    const child = startProgram(command('port-forward', 'pod/main', ':8080', ':8081'), { HOME: node.scratch, ...env });
    const [out, err] = [collect(child.stdout), collect(child.stderr)];
    try {
      const ports = await eventually('ports are forwarded', () => {
        const found = [
          ...Buffer.concat(out)
            .toString()
            .matchAll(/127\.0\.0\.1:(\d+) -> (\d+)/g),
        ];
        return found.length === 2 && found.map(([, local]) => Number(local));
      });
      const [echo = 0, count = 0] = ports;
      const sent = randomBytes(3 * 1024 * 1024);
      expect((await exchange(count, sent)).toString().trim()).toBe(String(sent.length));
      const answers = await Promise.all([1, 2, 3, 4].map(() => exchange(echo, sent)));
      expect(answers.map(digest)).toEqual([1, 2, 3, 4].map(() => digest(sent)));
      expect((await exchange(echo, Buffer.from('again'))).toString()).toBe('again');
      expect(Buffer.concat(err).toString()).toBe('');
    } finally {
      child.kill();
      await once(child, 'close');
    }
  });

  it('port-forward says why when nobody listens', async () => {
    const child = startProgram(command('port-forward', 'pod/main', ':9'), { HOME: node.scratch, ...env });
    const [out, err] = [collect(child.stdout), collect(child.stderr)];
    try {
      const [, local] = await eventually(
        'the port is forwarded',
        () => /127\.0\.0\.1:(\d+) ->/.exec(Buffer.concat(out).toString()) ?? undefined,
      );
      await exchange(Number(local), Buffer.from('x')).catch(() => undefined);
      await eventually('the reason is said', () => Buffer.concat(err).toString().includes('connection refused'));
    } finally {
      child.kill();
    }
  });
});

/** Sends everything, then the end, and reads to the end. */
async function exchange(port: number, bytes: Buffer): Promise<Buffer> {
  const socket: Socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.end(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const digest = (bytes: Buffer): string => `${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`;

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
