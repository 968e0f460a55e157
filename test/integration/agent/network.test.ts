import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { app, SERVES, TestNode } from '../../support/agent.js';
import { eventually } from '../../support/eventually.js';

let node: TestNode;
beforeAll(async () => {
  node = await TestNode.started('network');
});
afterAll(async () => node.close());

const HOST_HEADER = '# Kubernetes-managed hosts file (host network).\n';

describe('a pod in the namespaces of the host', () => {
  it("has the host's name and hosts file, and its own aliases", async () => {
    node.create('host', {
      hostNetwork: true,
      hostIPC: true,
      hostPID: true,
      hostAliases: [{ ip: '10.9.8.7', hostnames: ['db'] }],
      containers: [app(SERVES), app(SERVES, { name: 'second' })],
    });
    await node.ready('host');
    for (const container of ['app', 'second']) {
      expect(await node.read('host', '/proc/sys/kernel/hostname', container)).toBe(`${hostname()}\n`);
      const hosts = await node.read('host', '/etc/hosts', container);
      expect(hosts.startsWith(HOST_HEADER)).toBe(true);
      expect(hosts.endsWith('\n\n# Entries added by HostAliases.\n10.9.8.7\tdb\n')).toBe(true);
      const written = (await readFile('/etc/hosts', 'utf8')).split('\n').filter((line) => line.trim() !== '');
      for (const line of written) expect(hosts).toContain(line);
    }
    expect(await node.read('host', '/proc/1/comm')).toBe(await readFile('/proc/1/comm', 'utf8'));
  });
});

describe('a pod with a network of its own', () => {
  it('adds to what the node says about DNS, has sysctls, and shows its processes to each other', async () => {
    node.create('own', {
      shareProcessNamespace: true,
      dnsPolicy: 'ClusterFirst',
      dnsConfig: { nameservers: ['192.0.2.1', '192.0.2.2', '192.0.2.3'], searches: ['a.example'] },
      securityContext: { sysctls: [{ name: 'net/ipv4/ip_unprivileged_port_start', value: '7' }] },
      containers: [app(SERVES, { securityContext: { readOnlyRootFilesystem: true } })],
    });
    await node.ready('own');
    const resolver = await node.read('own', '/etc/resolv.conf');
    expect(resolver).toMatch(
      /^nameserver 127\.0\.0\.11\nnameserver 192\.0\.2\.1\nnameserver 192\.0\.2\.2\nsearch .*a\.example\n/,
    );
    expect(node.events('own').find(({ reason }) => reason === 'DNSConfigForming')).toMatchObject({
      type: 'Warning',
      message: expect.stringMatching(/^Nameserver limits were exceeded, .* 192\.0\.2\.1 192\.0\.2\.2$/),
    });
    expect(await node.read('own', '/proc/sys/net/ipv4/ip_unprivileged_port_start')).toBe('7\n');
    expect(await node.read('own', '/proc/1/comm')).toBe('pause\n');
  });

  it('has the port of a sidecar on the host, and is rejected for a sysctl that touches others', async () => {
    const ports = [{ containerPort: 80, hostPort: 29_418, hostIP: '127.0.0.1' }];
    const sidecar = app('echo hello > /tmp/index.html; exec httpd -f -h /tmp', {
      name: 'web',
      restartPolicy: 'Always',
      ports,
    });
    node.create('published', { initContainers: [sidecar], containers: [app(SERVES)] });
    const securityContext = { sysctls: [{ name: 'net.ipv4.ip_forward', value: '1' }] };
    node.create('forbidden', { securityContext, containers: [app(SERVES)] });
    await node.ready('published');
    const answer = await eventually('the port answers', async () => (await fetch('http://127.0.0.1:29418/')).text());
    expect(answer).toBe('hello\n');

    const { status } = await node.until('forbidden', 'is rejected', ({ status: now }) => now?.phase === 'Failed');
    const why = 'forbidden sysctl: "net.ipv4.ip_forward" not allowlisted';
    expect(status).toMatchObject({ reason: 'SysctlForbidden', message: `Pod was rejected: ${why}` });
    expect(await node.containers('forbidden')).toEqual([]);
  });

  it('is not started under a name that is too long', async () => {
    const subdomain = 's'.repeat(40);
    node.create('long', { subdomain, setHostnameAsFQDN: true, containers: [app(SERVES)] });
    await node.until('long', 'is told so', () => node.reasons('long').includes('FailedCreatePodSandBox'));
    expect(node.events('long').find(({ reason }) => reason === 'FailedCreatePodSandBox')?.message).toBe(
      'Failed to create pod sandbox: failed to construct FQDN from pod hostname and cluster domain, ' +
        `FQDN long.${subdomain}.default.svc.cluster.local is too long (64 characters is the max, 71 characters requested)`,
    );
  });
});
