import { beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.js';
import { exchange } from '../../support/exchange.js';
import { useKubectl, type Outcome } from '../../support/kubectl-agent.js';
import { listOf, podManifest, scriptContainer, UNTIL_TERMINATED } from '../../support/pod-manifest.js';

const cluster = useKubectl('kubectl-streams');
const ok = (line: string, input?: Buffer): Promise<string> => cluster.shell.ok(line, input);
const run = (line: string): Promise<Outcome> => cluster.shell.run(line);

const FIVE_MB = 5 * 1024 * 1024;
/** Echoes each connection on 8080, answers with the count of what came on 8081; both on the loopback of the pod only. */
const SERVERS = `nc -ll -p 8080 127.0.0.1 -e cat & nc -ll -p 8081 127.0.0.1 -e wc -c & ${UNTIL_TERMINATED}`;

beforeAll(async () => {
  const reader = { stdin: true, stdinOnce: true };
  await cluster.shell.file(
    'pods.json',
    listOf(
      podManifest('box', '', {
        spec: { containers: [scriptContainer('app', SERVERS), scriptContainer('side', UNTIL_TERMINATED)] },
      }),
      podManifest('reader', 'while read line; do echo "got $line"; done', { container: reader }),
      podManifest('shell', 'exec sh', { container: { stdin: true, tty: true } }),
    ),
  );
  await ok('kubectl apply -f pods.json');
  await ok('kubectl wait --for=condition=Ready pod/box pod/reader pod/shell --timeout=60s');
});

describe('kubectl exec', () => {
  it('keeps output and errors apart and passes the exit code on', async () => {
    expect(await run(`kubectl exec box -- sh -c 'echo out; echo err >&2; exit 7'`)).toEqual({
      code: 7,
      stdout: 'out\n',
      stderr: 'Defaulted container "app" out of: app, side\nerr\ncommand terminated with exit code 7\n',
    });
  });

  it('-c names the container, -i brings input to its end', async () => {
    expect(await ok(`kubectl exec box -c side -- hostname`)).toBe('box\n');
    expect(await ok(`kubectl exec -i box -c app -- sort`, Buffer.from('b\na\n'))).toBe('a\nb\n');
  });

  it('brings 5 MB there and back', async () => {
    const sent = randomBytes(FIVE_MB);
    await cluster.shell.file('sent', sent);
    await ok('kubectl exec -i box -c app -- cat < sent > received');
    expect(sent.equals(await cluster.shell.read('received'))).toBe(true);
  });

  it('-it has a terminal of the size of the own one, also after that changed', async () => {
    // The size comes when the command runs already; it changes when the first one was seen.
    const inside = `until stty size | grep "33 101"; do sleep 0.1; done; until stty size | grep "44 102"; do sleep 0.1; done; exit 3`;
    const line = `stty rows 33 cols 101; (until [ -e seen ]; do sleep 0.1; done; stty rows 44 cols 102 < /dev/tty) & kubectl exec -it box -c app -- sh -c '${inside}'`;
    await cluster.shell.file('terminal.sh', line);
    const running = cluster.shell.start('script -qefc "sh terminal.sh" /dev/null');
    await eventually('the size is seen', () => running.output().includes('33 101'));
    await cluster.shell.file('seen', '');
    const { code, stdout } = await running.ended;
    expect(stdout).toMatch(/33 101\s[^]*44 102/);
    expect(code).toBe(3);
  });

  it('of what is not there says so', async () => {
    expect(await run('kubectl exec nobody -- true')).toMatchObject({
      code: 1,
      stderr: 'Error from server (NotFound): pods "nobody" not found\n',
    });
    expect(await run('kubectl exec box -c nope -- true')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('container nope is not valid for pod box'),
    });
  });
});

describe('kubectl attach', () => {
  it('-i talks with the main process until that ends', async () => {
    const { code, stdout } = await cluster.shell.run('kubectl attach -i reader', 'one\ntwo\n');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'got one\ngot two\n' });
  });

  it('-it is at the terminal of the main process, and again after it was left', async () => {
    for (const round of ['1', '2']) {
      await cluster.shell.during(`script -qefc 'kubectl attach -it shell' /dev/null`, async ({ child, output }) => {
        await eventually('the shell is attached to', () => /try pressing enter/.test(output()));
        child.stdin?.write(`echo round-$((${round} * 11))\n`);
        await eventually('the shell answers', () => output().includes(`round-${Number(round) * 11}`));
      });
    }
    expect(await ok('kubectl get pod shell -o jsonpath={.status.phase}')).toBe('Running');
  });
});

describe('kubectl cp', () => {
  it('brings a file in and out', async () => {
    const bytes = randomBytes(3_000_001);
    await cluster.shell.file('there', bytes);
    await ok('kubectl cp there box:/tmp/there -c app');
    await ok('kubectl cp box:/tmp/there back -c app');
    expect(bytes.equals(await cluster.shell.read('back'))).toBe(true);
  });

  it('brings a tree in and out', async () => {
    await mkdir(join(cluster.shell.directory, 'tree/deep/deeper'), { recursive: true });
    await cluster.shell.file('tree/a', 'one');
    await cluster.shell.file('tree/deep/deeper/b c', 'two');
    await ok('kubectl cp tree box:/tmp/tree -c app');
    expect(await ok(`kubectl exec box -c app -- cat '/tmp/tree/deep/deeper/b c'`)).toBe('two');
    await ok('kubectl cp box:/tmp/tree copied -c app');
    expect(await ok('diff -r tree copied')).toBe('');
  });
});

describe('kubectl port-forward', () => {
  it('carries several ports to listeners on the loopback of the pod, with connections side by side', async () => {
    await cluster.shell.during('kubectl port-forward pod/box :8080 :8081', async ({ output, errors }) => {
      const [echo = 0, count = 0] = await eventually('both ports are forwarded', () => {
        const found = [...output().matchAll(/127\.0\.0\.1:(\d+) -> \d+/g)];
        return found.length === 2 && found.map(([, port]) => Number(port));
      });
      const sent = randomBytes(1024 * 1024);
      const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => exchange(echo, sent)));
      expect(answers.map((answer) => answer.equals(sent))).toEqual([1, 2, 3, 4, 5, 6].map(() => true));
      // The answer comes after the end of what was sent: half of the connection is closed, the other one not.
      expect((await exchange(count, sent)).toString().trim()).toBe(String(sent.length));
      expect(errors()).toBe('');
    });
  });

  it('says why when nobody listens', async () => {
    await cluster.shell.during('kubectl port-forward box :9', async ({ output, errors }) => {
      const port = await eventually('the port is forwarded', () => /127\.0\.0\.1:(\d+) ->/.exec(output())?.[1]);
      await exchange(Number(port), Buffer.from('x')).catch(() => undefined);
      await eventually('the reason is told', () => errors().includes('connection refused'));
    });
  });
});

describe('kubectl debug', () => {
  it('-it puts a container beside the target that sees its processes', async () => {
    const line = 'kubectl debug -it box --image=kubelette.local/busybox:1 --target=app --profile=general -- sh';
    const { code } = await cluster.shell.during(
      `script -qefc '${line}' /dev/null`,
      async ({ child, ended, output }) => {
        await eventually('the debugger is attached to', () => /try pressing enter/.test(output()));
        child.stdin?.write('ps | grep [n]c; hostname; exit\n');
        await eventually('it sees the processes of the target', () => /nc -ll -p 8080/.test(output()));
        return ended;
      },
    );
    expect(code).toBe(0);
    const status = '{.status.ephemeralContainerStatuses[0].state.terminated.exitCode}';
    await eventually('its end is told', async () => (await ok(`kubectl get pod box -o jsonpath='${status}'`)) === '0');
    expect(await ok('kubectl describe pod box')).toMatch(/\nEphemeral Containers:\n {2}debugger-\w+:\n/);
  });
});
