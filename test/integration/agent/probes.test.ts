import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Container, Probe } from '../../../src/api/schema/pod.js';
import { app, SERVES, TestNode } from '../../support/agent.js';
import { eventually } from '../../support/eventually.js';
import { healthServer, httpsServer, type ProbeServer } from '../../support/probe-servers.js';

/** How many processes of the container run this command. */
const COUNT = (argument: string): string => `ps -o args | grep -c "^[s]leep ${argument}"`;

/** A busy machine takes its time, and a server a while until it listens. */
const patient = { periodSeconds: 1, timeoutSeconds: 10 } as const;
const untilUp = { ...patient, failureThreshold: 60 } as const;
const sh = (script: string): Pick<Probe, 'exec'> => ({ exec: { command: ['/bin/busybox', 'sh', '-c', script] } });
const named = (name: string, script: string, more: Partial<Container> = {}): Container => ({
  ...app(script, more),
  name,
});

let node: TestNode;
let health: ProbeServer;
let https: ProbeServer;
let serving = true;
let asked = 0;
beforeAll(async () => {
  [node, health, https] = await Promise.all([
    TestNode.started('probes'),
    healthServer((service) => {
      asked += 1;
      return { status: service === 'db' && serving ? 1 : 2 };
    }),
    httpsServer((_request, response) => response.end('secret')),
  ]);
  node.create('kinds', {
    containers: [
      named('http', 'mkdir /www; echo hello >/www/ok; exec httpd -f -p 8080 -h /www', {
        ports: [{ name: 'web', containerPort: 8080 }],
        readinessProbe: { ...patient, httpGet: { path: '/ok', port: 'web' } },
        livenessProbe: { ...untilUp, tcpSocket: { port: 8080 } },
      }),
      named('loopback', 'mkdir /www; exec httpd -f -p 127.0.0.1:8081 -h /www', {
        readinessProbe: { ...patient, tcpSocket: { port: 8081 } },
      }),
      named('exec', `touch /ready; ${SERVES}`, {
        env: [{ name: 'FILE', value: '/ready' }],
        startupProbe: { ...untilUp, ...sh('[ -e $(FILE) ]') },
        readinessProbe: { ...patient, ...sh('[ -e /ready ] || { echo not yet; exit 1; }') },
      }),
    ],
  });
  // Its probes find servers of this machine: those of the test.
  node.create('host', {
    hostNetwork: true,
    containers: [
      named('grpc', SERVES, { readinessProbe: { ...patient, grpc: { port: health.port, service: 'db' } } }),
      named('https', SERVES, {
        readinessProbe: { ...patient, httpGet: { path: '/', port: https.port, scheme: 'HTTPS' } },
      }),
    ],
  });
  node.create('hung', {
    terminationGracePeriodSeconds: 2,
    containers: [
      app(`echo $$ >/main; ${SERVES}`, {
        // Deaf, with a child, with an orphan, and with one in a session of its own.
        livenessProbe: {
          ...sh('trap "" TERM; sleep 777 & (sleep 777 &); setsid sleep 777 & echo $$ >>/runs; sleep 777; sleep 777'),
          initialDelaySeconds: 1,
          periodSeconds: 1,
          failureThreshold: 5,
          terminationGracePeriodSeconds: 9,
        },
      }),
    ],
  });
});
afterAll(async () => {
  await Promise.all([node.close(), health.close(), https.close()]);
});

const run = async (pod: string, container: string, script: string): Promise<string> => {
  const { signal } = new AbortController();
  const target = { namespace: 'default', name: pod, container };
  const request = { command: ['/bin/busybox', 'sh', '-c', script], tty: false, stdin: false };
  const { exitCode, stderr, stdout } = await node.agent.operations.exec(target, request, signal);
  stderr?.resume();
  const chunks: Buffer[] = [];
  for await (const chunk of stdout) chunks.push(Buffer.from(chunk as Buffer));
  await exitCode;
  return Buffer.concat(chunks).toString().trim();
};
const ready = (pod: string, container: string): boolean => node.status(pod, container)?.ready === true;
const told = (pod: string, reason: string): string[] =>
  node.events(pod).flatMap((event) => (event.reason === reason ? [event.message ?? ''] : []));

describe('probes', () => {
  it('reach the pod at its address: over HTTP and TCP, by command, by gRPC and HTTPS', async () => {
    for (const [pod, container] of [
      ['kinds', 'http'],
      ['kinds', 'exec'],
      ['host', 'grpc'],
      ['host', 'https'],
    ] as const) {
      await node.until(pod, `${container} is ready`, () => ready(pod, container));
    }
    await node.ready('host');
  });

  it('do not reach a server that listens on loopback alone', async () => {
    await eventually('the failure is told', () => told('kinds', 'Unhealthy').length > 0);
    const ip = node.pod('kinds')?.status?.podIP ?? '';
    expect(told('kinds', 'Unhealthy')).toContain(
      `Readiness probe failed: dial tcp ${ip}:8081: connect: connection refused`,
    );
    expect(ready('kinds', 'loopback')).toBe(false);
    const condition = node.pod('kinds')?.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(condition).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [loopback]',
    });
  });

  it('move readiness there and back without a restart', async () => {
    await run('kinds', 'exec', 'rm /ready');
    await run('kinds', 'http', 'rm /www/ok');
    serving = false;
    await node.until('kinds', 'http and exec are not ready', () => !ready('kinds', 'http') && !ready('kinds', 'exec'));
    await node.until('host', 'grpc is not ready', () => !ready('host', 'grpc'));
    expect(told('kinds', 'Unhealthy')).toEqual(
      expect.arrayContaining([
        'Readiness probe failed: HTTP probe failed with statuscode: 404',
        'Readiness probe failed: not yet\n',
      ]),
    );
    expect(told('host', 'Unhealthy')).toContain(
      'Readiness probe failed: service unhealthy (responded with "NOT_SERVING")',
    );
    await run('kinds', 'exec', 'touch /ready');
    await run('kinds', 'http', 'touch /www/ok');
    serving = true;
    await node.until('kinds', 'http and exec are ready', () => ready('kinds', 'http') && ready('kinds', 'exec'));
    await node.until('host', 'grpc is ready', () => ready('host', 'grpc'));
    expect(node.status('kinds', 'http')?.restartCount).toBe(0);
    expect(node.status('kinds', 'exec')?.restartCount).toBe(0);
  });

  it('that hang are killed with everything they started, and then the container by policy', async () => {
    await node.until('hung', 'was restarted', () => (node.status('hung')?.restartCount ?? 0) > 0);
    expect(told('hung', 'Unhealthy')).toContainEqual(
      expect.stringMatching(/^Liveness probe failed: command ".*sleep 777" timed out$/s),
    );
    expect(told('hung', 'Killing')).toEqual(['Container app failed liveness probe, will be restarted']);
    expect(node.status('hung')?.lastState?.terminated).toMatchObject({ exitCode: 0 });
    // In the next instance: no two runs at a time, and nothing is left of those before.
    const counts = await eventually('two runs', async () => {
      const seen = await run('hung', 'app', `wc -l </runs 2>/dev/null; ${COUNT('777')}; :`);
      return /^[2-9]\n/.test(seen) && seen;
    });
    expect(Number(counts.split('\n')[1])).toBeLessThanOrEqual(4);
  });

  it('keep readiness and started over a restart of the agent', async () => {
    const seen = (): unknown[] => [
      ...['exec', 'http'].map((name) => [node.status('kinds', name)?.started, node.status('kinds', name)?.ready]),
      node.status('kinds', 'exec')?.containerID,
      node.pod('host')?.status?.conditions?.find(({ type }) => type === 'Ready'),
    ];
    const before = seen();
    await node.halt();
    asked = 0;
    await node.start();
    await eventually('it is probed again', () => asked > 1);
    expect(seen()).toEqual(before);
    serving = false;
    await node.until('host', 'grpc is not ready', () => !ready('host', 'grpc'));
  });
});
