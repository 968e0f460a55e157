import { beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { eventually } from '../../support/eventually.js';
import { useKubectl, type Outcome } from '../../support/kubectl-agent.js';
import { listOf, podManifest, scriptContainer, UNTIL_TERMINATED } from '../../support/pod-manifest.js';

const cluster = useKubectl('kubectl-run');
const ok = (line: string): Promise<string> => cluster.shell.ok(line);
const run = (line: string, input?: string): Promise<Outcome> => cluster.shell.run(line, input);

const hasKubetail = spawnSync('kubetail', ['--version']).status === 0;
const IMAGE = 'kubelette.local/busybox:1';

describe('kubectl run', () => {
  it('--rm -i passes input, output and exit code, and leaves nothing', async () => {
    const { code, stdout } = await run(
      `kubectl run once --image=${IMAGE} --restart=Never --rm -i --command -- sh -c 'read line; echo "got $line"; exit 4'`,
      'hello\n',
    );
    expect(code).toBe(4);
    expect(stdout).toBe('got hello\npod "once" deleted from default namespace\n');
    // kubectl has asked for the deletion and does not wait for it.
    await eventually('the pod is gone', async () => (await run('kubectl get pod once')).code === 1);
  });

  it('--rm -it has a terminal', async () => {
    const line = `kubectl run term --image=${IMAGE} --restart=Never --rm -it --command -- sh -c "read line; tty; until stty size | grep 33; do sleep 0.1; done"`;
    const { code, stdout } = await cluster.shell.during(
      `script -qefc 'stty rows 33 cols 101; ${line}' /dev/null`,
      async ({ child, ended, output }) => {
        await eventually('the pod is attached to', () => /try pressing enter/.test(output()));
        child.stdin?.write('\n');
        return ended;
      },
    );
    expect(stdout).toMatch(/\/dev\/pts\/0\s[^]*33 101\s+pod "term" deleted/);
    expect(code).toBe(0);
  });

  it('detached, with --env, --port, --labels and --command', async () => {
    expect(
      await ok(
        `kubectl run tool --image=${IMAGE} --env=WHO=world --env=N=2 --port=8080 --labels=app=tool,tier=x ` +
          `--command -- sh -c 'echo "hello $WHO $N"; ${UNTIL_TERMINATED}'`,
      ),
    ).toBe('pod/tool created\n');
    await ok('kubectl wait --for=condition=Ready pod/tool --timeout=60s');
    expect(await cluster.shell.logged('kubectl logs tool', '2\n')).toBe('hello world 2\n');
    expect(await ok('kubectl get pods -l tier=x -o jsonpath={..containerPort}')).toBe('8080');
  });

  it('--dry-run=client -o yaml only writes the manifest', async () => {
    expect(await ok(`kubectl run dry --image=${IMAGE} --dry-run=client -o yaml`)).toContain(`- image: ${IMAGE}\n`);
    expect(await run('kubectl get pod dry')).toMatchObject({ code: 1 });
  });
});

describe('kubectl logs', () => {
  beforeAll(async () => {
    await cluster.shell.file(
      'logs.json',
      listOf(
        podManifest('talk', '', {
          labels: { app: 'talk' },
          spec: {
            initContainers: [scriptContainer('first', 'echo prepared')],
            containers: [
              scriptContainer('app', `for n in 1 2 3; do echo "line $n"; done; ${UNTIL_TERMINATED}`),
              scriptContainer('side', `echo aside; ${UNTIL_TERMINATED}`),
              scriptContainer('loud', `echo out; echo oops >&2; ${UNTIL_TERMINATED}`),
            ],
          },
        }),
        // /dev/shm is the pod's: what the first life left there, the second one finds.
        podManifest(
          'again',
          `echo "life $(cat /proc/sys/kernel/random/uuid)"; [ -e /dev/shm/seen ] && { ${UNTIL_TERMINATED}; }; touch /dev/shm/seen; exit 1`,
          { spec: { restartPolicy: 'OnFailure' } },
        ),
        podManifest('counting', 'n=0; while :; do n=$((n + 1)); echo "count $n"; sleep 0.2; done', {
          spec: { terminationGracePeriodSeconds: 0 },
        }),
        podManifest('twin-1', `echo one; ${UNTIL_TERMINATED}`, { labels: { app: 'twin' } }),
        podManifest('twin-2', `echo two; ${UNTIL_TERMINATED}`, { labels: { app: 'twin' } }),
      ),
    );
    await ok('kubectl apply -f logs.json');
    await ok('kubectl wait --for=condition=Ready pod/talk pod/twin-1 pod/twin-2 pod/counting --timeout=60s');
    await Promise.all([
      cluster.shell.logged('kubectl logs talk -c app', 'line 3'),
      cluster.shell.logged('kubectl logs talk -c side', 'aside'),
      cluster.shell.logged('kubectl logs talk -c loud', 'oops'),
      cluster.shell.logged('kubectl logs twin-1', 'one'),
      cluster.shell.logged('kubectl logs twin-2', 'two'),
    ]);
  });

  it('of the only or first container, and with -c of another', async () => {
    const { code, stdout, stderr } = await run('kubectl logs talk');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'line 1\nline 2\nline 3\n' });
    expect(stderr).toBe('Defaulted container "app" out of: app, side, loud, first (init)\n');
    expect(await ok('kubectl logs talk -c side')).toBe('aside\n');
    expect(await ok('kubectl logs talk side')).toBe('aside\n');
    expect(await run('kubectl logs talk -c nope')).toMatchObject({
      code: 1,
      stderr: 'error: container nope is not valid for pod talk\n',
    });
  });

  it('of an init container', async () => {
    expect(await ok('kubectl logs talk -c first')).toBe('prepared\n');
  });

  it('--tail, --limit-bytes, --timestamps', async () => {
    expect(await ok('kubectl logs talk -c app --tail=2')).toBe('line 2\nline 3\n');
    expect(await ok('kubectl logs talk -c app --tail=0')).toBe('');
    expect(await ok('kubectl logs talk -c app --limit-bytes=9')).toBe('line 1\nli');
    expect(await ok('kubectl logs talk -c app --timestamps --tail=1')).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z line 3\n$/,
    );
  });

  it('--since and --since-time', async () => {
    expect(await ok('kubectl logs talk -c app --since=1h')).toBe('line 1\nline 2\nline 3\n');
    expect(await ok('kubectl logs talk -c app --since-time=2099-01-01T00:00:00Z')).toBe('');
    expect(await ok('kubectl logs talk -c app --since-time=2001-01-01T00:00:00Z')).toBe('line 1\nline 2\nline 3\n');
    const times = (await ok('kubectl logs talk -c app --timestamps'))
      .split('\n')
      .map((line) => line.split(' ')[0] ?? '');
    expect(await ok(`kubectl logs talk -c app --since-time=${times[2] ?? ''} --tail=1`)).toBe('line 3\n');
  });

  it('--all-containers and --prefix', async () => {
    expect((await ok('kubectl logs talk --all-containers --prefix')).trim().split('\n').sort()).toEqual([
      '[pod/talk/app] line 1',
      '[pod/talk/app] line 2',
      '[pod/talk/app] line 3',
      '[pod/talk/first] prepared',
      '[pod/talk/loud] oops',
      '[pod/talk/loud] out',
      '[pod/talk/side] aside',
    ]);
  });

  it('-l of several pods', async () => {
    expect((await ok('kubectl logs -l app=twin --prefix')).trim().split('\n').sort()).toEqual([
      '[pod/twin-1/app] one',
      '[pod/twin-2/app] two',
    ]);
  });

  it('of one stream only, where a client asks for it', async () => {
    const log = `'/api/v1/namespaces/default/pods/talk/log?container=loud&stream=`;
    expect(await ok(`kubectl get --raw ${log}Stdout'`)).toBe('out\n');
    expect(await ok(`kubectl get --raw ${log}Stderr'`)).toBe('oops\n');
    expect(await run(`kubectl get --raw ${log}Both'`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('supported values: "All", "Stderr", "Stdout"'),
    });
  });

  it('-f of several pods at once', async () => {
    await cluster.shell.during('kubectl logs -f -l app=twin --prefix', async ({ output }) => {
      await ok('kubectl exec twin-2 -- sh -c "echo later >/proc/1/fd/1"');
      await eventually('both are followed', () =>
        ['[pod/twin-1/app] one\n', '[pod/twin-2/app] later\n'].every((line) => output().includes(line)),
      );
    });
  });

  // Debian has the package, and scripts/kubectl.mjs installs it where it may; CI must have it.
  if (hasKubetail || process.env['CI'] === 'true')
    it('by kubetail, line by line', async () => {
      // Of one pod: with several, kubetail 1.6.5 itself fails in bash 5.2. Without a terminal it would hold lines back.
      const line = `TERM=xterm script -qefc 'kubetail twin-1 --since 1h' /dev/null`;
      await cluster.shell.during(line, async ({ output }) => {
        await eventually('what there is is shown', () => output().includes('[twin-1] one'));
        await ok('kubectl exec twin-1 -- sh -c "echo again >/proc/1/fd/1"');
        await eventually('a new line comes', () => output().includes('[twin-1] again'));
      });
    });

  it('--previous of the container before the restart', async () => {
    await eventually('the container has restarted', async () => {
      const path = '{.status.containerStatuses[0].restartCount}{.status.containerStatuses[0].started}';
      return (await ok(`kubectl get pod again -o jsonpath='${path}'`)) === '1true';
    });
    const [before, now] = [
      await ok('kubectl logs again --previous'),
      await cluster.shell.logged('kubectl logs again', 'life'),
    ];
    expect([before, now]).toEqual([expect.stringMatching(/^life \S+\n$/), expect.stringMatching(/^life \S+\n$/)]);
    expect(before).not.toBe(now);
    expect(await run('kubectl logs counting --previous')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('previous terminated container "app" in pod "counting" not found'),
    });
  });

  it('-f follows until the container ends', async () => {
    const following = cluster.shell.start('kubectl logs -f counting --tail=1');
    await eventually('lines are followed', () => /(count \d+\n){3}/.test(following.output()));
    await ok('kubectl delete pod counting');
    const { code, stdout } = await following.ended;
    expect(code).toBe(0);
    const numbers = [...stdout.matchAll(/count (\d+)/g)].map(([, number]) => Number(number));
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  });
});
