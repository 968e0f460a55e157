import { describe, expect, it } from '@jest/globals';
import {
  evaluatePodSecurity,
  violationsText,
  type PodSecurityLevel,
} from '../../../../src/api/pod-security/evaluate.js';
import type { Container, Pod, PodSpec } from '../../../../src/api/schema/pod.js';
import { aContainer, aPod } from '../../../support/builders.js';

type Context = NonNullable<Container['securityContext']>;

const said = (pod: Pod, level: PodSecurityLevel, version = 'latest'): string =>
  violationsText(evaluatePodSecurity(pod, { level, version }));
const app = (more: Partial<Container>): Pod => aPod({ containers: [aContainer('app', more)] });
const secured = (securityContext: Context): Pod => app({ securityContext });
const withPodContext = (securityContext: NonNullable<PodSpec['securityContext']>): Pod => aPod({ securityContext });
const annotated = (annotations: Record<string, string>): Pod => aPod({}, { metadata: { annotations } });

/** Passes every level. */
const HARDENED: Context = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};
const hardened = (more: Context, spec: Partial<PodSpec> = {}): Pod =>
  aPod({ containers: [aContainer('app', { securityContext: { ...HARDENED, ...more } })], ...spec });
/** Without one of its fields. */
const lacking = (field: keyof Context, spec: Partial<PodSpec> = {}): Pod => {
  const { [field]: _, ...rest } = HARDENED;
  return aPod({ containers: [aContainer('app', { securityContext: rest })], ...spec });
};

describe('the privileged level', () => {
  it('has nothing against anything', () => {
    expect(said(aPod({ hostPID: true }), 'privileged')).toBe('');
  });
});

describe('the baseline', () => {
  it.each<[string, Pod]>([
    ['a plain pod', aPod()],
    ['a hardened one', hardened({})],
    ['capabilities of the usual set', secured({ capabilities: { add: ['CHOWN', 'NET_BIND_SERVICE'] } })],
    ['safe sysctls', withPodContext({ sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] })],
    ['profiles that confine', withPodContext({ seccompProfile: { type: 'Localhost', localhostProfile: 'a' } })],
    ['AppArmor profiles', annotated({ 'container.apparmor.security.beta.kubernetes.io/app': 'localhost/x' })],
    ['SELinux types of containers', secured({ seLinuxOptions: { type: 'container_engine_t', level: 's0' } })],
    ['ports that are not published', app({ ports: [{ containerPort: 80 }] })],
    ['fields that say no', aPod({ hostNetwork: false, hostPID: false })],
  ])('lets %s pass', (_what, pod) => {
    expect(said(pod, 'baseline')).toBe('');
  });

  it.each<[string, Pod, string]>([
    [
      'AppArmor off for the pod',
      withPodContext({ appArmorProfile: { type: 'Unconfined' } }),
      'forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")',
    ],
    [
      'AppArmor off by field and annotation',
      aPod(
        { containers: [aContainer('app', { securityContext: { appArmorProfile: { type: 'Unconfined' } } })] },
        { metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/app': 'unconfined' } } },
      ),
      'forbidden AppArmor profiles (container "app" and annotation must not set AppArmor profile type to ' +
        '"Unconfined", "container.apparmor.security.beta.kubernetes.io/app="unconfined"")',
    ],
    [
      'capabilities',
      aPod({
        initContainers: [aContainer('first', { securityContext: { capabilities: { add: ['SYS_TIME', 'CHOWN'] } } })],
        containers: [aContainer('app', { securityContext: { capabilities: { add: ['NET_ADMIN', 'SYS_TIME'] } } })],
      }),
      'non-default capabilities (containers "first", "app" must not include "NET_ADMIN", "SYS_TIME" in ' +
        'securityContext.capabilities.add)',
    ],
    [
      "the host's namespaces",
      aPod({ hostIPC: true, hostNetwork: true, hostPID: true }),
      'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)',
    ],
    [
      'hostPath volumes',
      aPod({
        volumes: [
          { name: 'b', hostPath: { path: '/' } },
          { name: 'a', hostPath: { path: '/' } },
        ],
      }),
      'hostPath volumes (volumes "b", "a")',
    ],
    [
      'a host port',
      app({ ports: [{ containerPort: 80, hostPort: 8080 }] }),
      'hostPort (container "app" uses hostPort 8080)',
    ],
    [
      'host ports of several containers',
      aPod({
        containers: [
          aContainer('a', { ports: [{ containerPort: 1, hostPort: 9 }] }),
          aContainer('b', { ports: [{ containerPort: 1, hostPort: 10 }] }),
        ],
      }),
      'hostPort (containers "a", "b" use hostPorts 10, 9)',
    ],
    [
      'probes of other hosts',
      app({
        livenessProbe: { httpGet: { port: 80, host: '10.0.0.1' } },
        lifecycle: { preStop: { httpGet: { port: 80, host: 'example.com' } } },
      }),
      'probe or lifecycle host (container "app" uses probe or lifecycle hosts "10.0.0.1", "example.com")',
    ],
    [
      'privileged containers',
      secured({ privileged: true }),
      'privileged (container "app" must not set securityContext.privileged=true)',
    ],
    [
      'an unmasked /proc, with a user namespace too',
      aPod({ hostUsers: false, containers: [aContainer('app', { securityContext: { procMount: 'Unmasked' } })] }),
      'procMount (container "app" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      'SELinux options',
      aPod({
        securityContext: { seLinuxOptions: { type: 'spc_t' } },
        containers: [aContainer('app', { securityContext: { seLinuxOptions: { user: 'u', role: 'r' } } })],
      }),
      'seLinuxOptions (pod and container "app" set forbidden securityContext.seLinuxOptions: type "spc_t"; ' +
        'user may not be set; role may not be set)',
    ],
    [
      'no seccomp',
      aPod({
        securityContext: { seccompProfile: { type: 'Unconfined' } },
        containers: [aContainer('app', { securityContext: { seccompProfile: { type: 'Unconfined' } } })],
      }),
      'seccompProfile (pod and container "app" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      'sysctls',
      withPodContext({
        sysctls: [
          { name: 'kernel.msgmax', value: '1' },
          { name: 'net.core.somaxconn', value: '1' },
        ],
      }),
      'forbidden sysctls (kernel.msgmax, net.core.somaxconn)',
    ],
    [
      'host processes',
      withPodContext({ windowsOptions: { hostProcess: true } }),
      'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
    ],
  ])('refuses %s', (_what, pod, text) => {
    expect(said(pod, 'baseline')).toBe(text);
  });

  it('tells everything, in the order of the names of its controls', () => {
    const pod = aPod({
      hostNetwork: true,
      volumes: [{ name: 'root', hostPath: { path: '/' } }],
      containers: [
        aContainer('app', {
          ports: [{ containerPort: 9100, hostPort: 9100 }],
          securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN'] } },
        }),
      ],
    });
    expect(said(pod, 'baseline')).toBe(
      'non-default capabilities (container "app" must not include "SYS_ADMIN" in securityContext.capabilities.add), ' +
        'host namespaces (hostNetwork=true), hostPath volumes (volume "root"), ' +
        'hostPort (container "app" uses hostPort 9100), ' +
        'privileged (container "app" must not set securityContext.privileged=true)',
    );
  });

  it('also looks at ephemeral containers', () => {
    const pod = aPod({
      ephemeralContainers: [{ ...aContainer('debug'), securityContext: { privileged: true } }],
    });
    expect(said(pod, 'baseline')).toContain('container "debug"');
  });

  it.each<[string, string, Pod, string]>([
    [
      'knows safe sysctls of later releases',
      'v1.26',
      withPodContext({ sysctls: [{ name: 'net.ipv4.ip_local_reserved_ports', value: '1' }] }),
      'forbidden sysctls (net.ipv4.ip_local_reserved_ports)',
    ],
    [
      'knows SELinux types of later releases',
      'v1.30',
      secured({ seLinuxOptions: { type: 'container_engine_t' } }),
      'seLinuxOptions (container "app" set forbidden securityContext.seLinuxOptions: type "container_engine_t")',
    ],
    ['does not mind hosts of probes', 'v1.33', app({ livenessProbe: { tcpSocket: { port: 1, host: 'x' } } }), ''],
    [
      'reads seccomp from annotations',
      'v1.18',
      annotated({ 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' }),
      'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
    ],
  ])('of an old release %s', (_what, version, pod, text) => {
    expect(said(pod, 'baseline', version)).toBe(text);
  });
});

describe('the restricted level', () => {
  it.each<[string, Pod]>([
    ['a hardened container', hardened({})],
    [
      'a hardened pod',
      aPod({
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          aContainer('app', {
            securityContext: {
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
            },
          }),
        ],
      }),
    ],
    [
      'volumes without a host',
      hardened(
        {},
        {
          volumes: [
            { name: 'a', emptyDir: {} },
            { name: 'b', secret: {} },
          ],
        },
      ),
    ],
  ])('lets %s pass', (_what, pod) => {
    expect(said(pod, 'restricted')).toBe('');
  });

  it('says of a plain pod what it lacks', () => {
    expect(said(aPod(), 'restricted')).toBe(
      'allowPrivilegeEscalation != false (container "app" must set securityContext.allowPrivilegeEscalation=false), ' +
        'unrestricted capabilities (container "app" must set securityContext.capabilities.drop=["ALL"]), ' +
        'runAsNonRoot != true (pod or container "app" must set securityContext.runAsNonRoot=true), ' +
        'seccompProfile (pod or container "app" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
  });

  it.each<[string, Pod, string]>([
    [
      'privilege escalation',
      lacking('allowPrivilegeEscalation'),
      'allowPrivilegeEscalation != false (container "app" must set securityContext.allowPrivilegeEscalation=false)',
    ],
    [
      'capabilities, once',
      hardened({ capabilities: { drop: ['CHOWN'], add: ['SYS_TIME'] } }),
      'unrestricted capabilities (container "app" must set securityContext.capabilities.drop=["ALL"]; container "app" must not include "SYS_TIME" in securityContext.capabilities.add)',
    ],
    [
      'volumes of the host, once',
      hardened({}, { volumes: [{ name: 'a', hostPath: { path: '/' } }] }),
      'restricted volume types (volume "a" uses restricted volume type "hostPath")',
    ],
    [
      'volumes of several types',
      hardened(
        {},
        {
          volumes: [
            { name: 'a', nfs: { server: 's', path: '/' } },
            { name: 'b', hostPath: { path: '/' } },
          ],
        },
      ),
      'restricted volume types (volumes "a", "b" use restricted volume types "hostPath", "nfs")',
    ],
    [
      'root, said aloud',
      aPod({
        securityContext: { runAsNonRoot: false },
        containers: [aContainer('app', { securityContext: { ...HARDENED, runAsNonRoot: false } })],
      }),
      'runAsNonRoot != true (pod and container "app" must not set securityContext.runAsNonRoot=false)',
    ],
    [
      'root, kept silent',
      lacking('runAsNonRoot'),
      'runAsNonRoot != true (pod or container "app" must set securityContext.runAsNonRoot=true)',
    ],
    [
      'user 0',
      hardened({ runAsUser: 0 }, { securityContext: { runAsUser: 0 } }),
      'runAsUser=0 (pod and container "app" must not set runAsUser=0)',
    ],
    [
      'no seccomp, said aloud',
      hardened({ seccompProfile: { type: 'Unconfined' } }),
      'seccompProfile (container "app" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      'no seccomp, kept silent',
      lacking('seccompProfile'),
      'seccompProfile (pod or container "app" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ],
    ['what the baseline refuses', hardened({}, { hostPID: true }), 'host namespaces (hostPID=true)'],
  ])('refuses %s', (_what, pod, text) => {
    expect(said(pod, 'restricted')).toBe(text);
  });

  it('has no use for rules of Linux in pods for Windows, since 1.25', () => {
    const pod = aPod({ os: { name: 'windows' }, securityContext: { runAsNonRoot: true } });
    expect(said(pod, 'restricted')).toBe('');
    expect(said(pod, 'restricted', 'v1.24')).toContain('allowPrivilegeEscalation');
  });

  it.each([
    ['v1.21', lacking('capabilities')],
    ['v1.22', hardened({ runAsUser: 0 })],
    ['v1.18', lacking('seccompProfile')],
    ['v1.7', aPod({ securityContext: { runAsNonRoot: true } })],
  ] as const)('of %s does not have what came later', (version, pod) => {
    expect(said(pod, 'restricted', version)).toBe('');
  });
});
