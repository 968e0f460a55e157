import { describe, expect, it } from '@jest/globals';
import type { Container, Pod } from '../../../../../src/api/schema/pod.js';
import { demandSecurity } from '../../../../../src/kubelet/core/spec/demand-security.js';
import { localhostSeccomp, securitySettings } from '../../../../../src/kubelet/core/spec/security.js';
import type { EngineInfo } from '../../../../../src/runtime/runtime.js';
import type { SecuritySettings } from '../../../../../src/runtime/specs.js';
import { aContainer, aPod } from '../../../../support/builders.js';

const ENGINE: EngineInfo = {
  version: '20.10.24',
  apiVersion: '1.41',
  architecture: 'amd64',
  endpoint: 'fake',
  sharesFilesystem: true,
  podNetwork: 'direct',
  clockSkewMs: 0,
};
type OfPod = NonNullable<Pod['spec']['securityContext']>;
type OfContainer = NonNullable<Container['securityContext']>;
const settings = (ofPod: OfPod | undefined, own: OfContainer | undefined, imageUser = ''): SecuritySettings =>
  securitySettings(
    aPod(ofPod === undefined ? {} : { securityContext: ofPod }),
    aContainer('app', own === undefined ? {} : { securityContext: own }),
    imageUser,
  );

describe('security settings', () => {
  it('of a pod that asks for nothing leave the image its user and the kernel its seccomp filter unset', () => {
    expect(settings(undefined, undefined, 'nobody')).toEqual({
      groups: [],
      privileged: false,
      readOnlyRootfs: false,
      noNewPrivileges: false,
      capAdd: [],
      capDrop: [],
      seccomp: 'unconfined',
    });
  });

  it.each<[string, OfPod | undefined, OfContainer | undefined, Partial<SecuritySettings>]>([
    ['privileged', undefined, { privileged: true }, { privileged: true }],
    ['a read-only root', undefined, { readOnlyRootFilesystem: true }, { readOnlyRootfs: true }],
    ['no new privileges', undefined, { allowPrivilegeEscalation: false }, { noNewPrivileges: true }],
    ['the default of privilege escalation', undefined, { allowPrivilegeEscalation: true }, { noNewPrivileges: false }],
    [
      'capabilities without their prefix',
      undefined,
      { capabilities: { add: ['NET_ADMIN', 'CAP_SYS_TIME'], drop: ['ALL'] } },
      { capAdd: ['NET_ADMIN', 'SYS_TIME'], capDrop: ['ALL'] },
    ],
    [
      'fsGroup before the other groups',
      { fsGroup: 2000, supplementalGroups: [3000, 4000] },
      undefined,
      { groups: [2000, 3000, 4000] },
    ],
    [
      "the engine's seccomp profile",
      { seccompProfile: { type: 'RuntimeDefault' } },
      undefined,
      { seccomp: 'engine-default' },
    ],
    [
      "the container's seccomp profile over the pod's",
      { seccompProfile: { type: 'RuntimeDefault' } },
      { seccompProfile: { type: 'Unconfined' } },
      { seccomp: 'unconfined' },
    ],
    ['no AppArmor', { appArmorProfile: { type: 'Unconfined' } }, undefined, { appArmor: 'unconfined' }],
    [
      'an AppArmor profile of the machine',
      undefined,
      { appArmorProfile: { type: 'Localhost', localhostProfile: 'mine' } },
      { appArmor: 'mine' },
    ],
    ['all of /proc', undefined, { procMount: 'Unmasked' }, { unmaskedProc: true }],
  ])('carry %s', (_what, ofPod, own, wanted) => {
    expect(settings(ofPod, own)).toMatchObject(wanted);
  });
});

describe('seccomp profiles of the machine', () => {
  const profile = { type: 'Localhost', localhostProfile: 'a/b.json' } as const;
  const pod = aPod({ securityContext: { seccompProfile: profile } });

  it('are named by pod or container, and their text is carried', () => {
    expect(localhostSeccomp(pod, aContainer('app'))).toBe('a/b.json');
    expect(
      localhostSeccomp(pod, aContainer('app', { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } })),
    ).toBeUndefined();
    expect(securitySettings(pod, aContainer('app'), '', '{}').seccomp).toEqual({ profile: '{}' });
  });
});

describe('strict supplemental groups', () => {
  it('need a group: for a user alone the engine adds those of the image', () => {
    const strict = { supplementalGroupsPolicy: 'Strict', runAsUser: 1000 } as const;
    expect(settings({ ...strict, runAsGroup: 3000 }, undefined).user).toBe('1000:3000');
    expect(() => settings(strict, undefined)).toThrow(/^supplementalGroupsPolicy Strict needs runAsGroup/);
  });
});

describe('what an engine cannot give', () => {
  const engine = (more: object): EngineInfo => ({ ...ENGINE, ...more });

  it.each<[string, Partial<Pod['spec']>, object, RegExp | undefined]>([
    ['a user namespace', { hostUsers: false }, {}, /^spec\.hostUsers is false, and this Docker engine/],
    ['a user namespace of a remapping engine', { hostUsers: false }, { userNamespaces: true }, undefined],
    ['nothing of the kind', { hostUsers: true }, {}, undefined],
  ])('is %s', (_what, spec, features, message) => {
    const demand = (): void => demandSecurity(aPod(spec), engine(features));
    if (message === undefined) expect(demand).not.toThrow();
    else expect(demand).toThrow(message);
  });
});

describe('user', () => {
  it.each<[string, OfPod | undefined, OfContainer | undefined, string, string | undefined]>([
    ["the image's without a word", undefined, undefined, '1000', undefined],
    ["the pod's", { runAsUser: 1000 }, undefined, '', '1000'],
    ["the container's over the pod's", { runAsUser: 1000 }, { runAsUser: 2000 }, '', '2000'],
    ['root when asked for', { runAsUser: 1000 }, { runAsUser: 0 }, '', '0'],
    ['user and group', { runAsUser: 1000, runAsGroup: 3000 }, undefined, '', '1000:3000'],
    [
      "the container's group over the pod's",
      { runAsUser: 1000, runAsGroup: 3000 },
      { runAsGroup: 4000 },
      '',
      '1000:4000',
    ],
    ["the image's user with a group", { runAsGroup: 3000 }, undefined, '1000', '1000:3000'],
    [
      "the image's user by name with a group in place of its own",
      { runAsGroup: 3000 },
      undefined,
      'app:staff',
      'app:3000',
    ],
  ])('is %s', (_what, ofPod, own, imageUser, user) => {
    expect(settings(ofPod, own, imageUser).user).toBe(user);
  });

  it('cannot be left out when a group is given', () => {
    expect(() => settings({ runAsGroup: 3000 }, undefined)).toThrow(
      expect.objectContaining({ code: 'Invalid', message: 'runAsGroup is specified without a runAsUser' }),
    );
  });
});

describe('runAsNonRoot', () => {
  const about = '(pod: "web_default(uid-1)", container: app)';
  const asRoot = `container has runAsNonRoot and image will run as root ${about}`;

  it.each<[string, OfPod, OfContainer | undefined, string, string]>([
    [
      'runAsUser 0',
      { runAsNonRoot: true, runAsUser: 0 },
      undefined,
      '1000',
      `container's runAsUser breaks non-root policy ${about}`,
    ],
    [
      'runAsUser 0 of the container',
      { runAsNonRoot: true, runAsUser: 5 },
      { runAsUser: 0 },
      '',
      `container's runAsUser breaks non-root policy ${about}`,
    ],
    ['an image without a user', { runAsNonRoot: true }, undefined, '', asRoot],
    ['an image with user 0', { runAsNonRoot: true }, undefined, '0', asRoot],
    ['an image with user 0 and a group', { runAsNonRoot: true }, undefined, '0:1000', asRoot],
    ['an image with user 00', { runAsNonRoot: true }, undefined, '00', asRoot],
    [
      'an image whose user is a name',
      { runAsNonRoot: true },
      undefined,
      'nginx',
      `container has runAsNonRoot and image has non-numeric user (nginx), cannot verify user is non-root ${about}`,
    ],
    [
      'an image whose user is a name with a group',
      { runAsNonRoot: true },
      undefined,
      'app:1000',
      `container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root ${about}`,
    ],
    [
      'an image with a user id no engine knows',
      { runAsNonRoot: true },
      undefined,
      '2147483648',
      `container has runAsNonRoot and image has an invalid user id (2147483648). (Must be 1-(2147483647)): must be between 0 and 2147483647, inclusive ${about}`,
    ],
    ['a container that asks for it itself', {}, { runAsNonRoot: true }, '', asRoot],
  ])('refuses %s', (_what, ofPod, own, imageUser, message) => {
    expect(() => settings(ofPod, own, imageUser)).toThrow(expect.objectContaining({ code: 'Invalid', message }));
  });

  it.each<[string, OfPod, OfContainer | undefined, string]>([
    ['another user over a root image', { runAsNonRoot: true, runAsUser: 1000 }, undefined, ''],
    ['an image with another user', { runAsNonRoot: true }, undefined, '1000'],
    ['the largest user id', { runAsNonRoot: true }, undefined, '2147483647'],
    ['a container that lifts it', { runAsNonRoot: true }, { runAsNonRoot: false }, ''],
    ['root where nobody forbids it', { runAsNonRoot: false }, undefined, ''],
  ])('accepts %s', (_what, ofPod, own, imageUser) => {
    expect(() => settings(ofPod, own, imageUser)).not.toThrow();
  });
});
