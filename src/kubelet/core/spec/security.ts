import type { Container, Pod, SeccompProfile } from '../../../api/schema/pod.js';
import { KubeletteError } from '../../../lib/errors.js';
import type { SecuritySettings } from '../../../runtime/specs.js';
import { podDescription } from '../plan/messages.js';
import { podIdentity } from '../view/pod-identity.js';

/** Engines know no larger one. */
const MAX_USER_ID = 2 ** 31 - 1;

/**
 * The security settings in force: the container's own over the pod's. Unset seccomp means unconfined, as in Kubernetes
 * and unlike plain `docker run`. Source: kubelet pkg/securitycontext and cri-dockerd security_context.go.
 *
 * @param imageUser `Config.User` of the image
 * @param seccompProfile text of the profile that `localhostSeccomp` names
 * @throws KubeletteError `Invalid` when runAsNonRoot is broken or a group comes without a user
 */
export function securitySettings(
  pod: Pod,
  container: Container,
  imageUser: string,
  seccompProfile?: string,
): SecuritySettings {
  const ofPod = pod.spec.securityContext ?? {};
  const own = container.securityContext ?? {};
  const user = own.runAsUser ?? ofPod.runAsUser;
  const group = own.runAsGroup ?? ofPod.runAsGroup;
  if (own.runAsNonRoot ?? ofPod.runAsNonRoot ?? false) checkNonRoot(pod, container, user, imageUser);
  if (ofPod.supplementalGroupsPolicy === 'Strict') checkStrict(group);
  const account = userText(user, group, imageUser);
  const fsGroup = ofPod.fsGroup === undefined ? [] : [ofPod.fsGroup];
  const privileged = own.privileged ?? false;
  const appArmor = appArmorProfile(own.appArmorProfile ?? ofPod.appArmorProfile);
  return {
    ...(account === undefined ? {} : { user: account }),
    groups: [...fsGroup, ...(ofPod.supplementalGroups ?? [])],
    privileged,
    readOnlyRootfs: own.readOnlyRootFilesystem ?? false,
    noNewPrivileges: own.allowPrivilegeEscalation === false,
    capAdd: (own.capabilities?.add ?? []).map(withoutPrefix),
    capDrop: (own.capabilities?.drop ?? []).map(withoutPrefix),
    seccomp: seccompSetting(own.seccompProfile ?? ofPod.seccompProfile, seccompProfile),
    ...(appArmor === undefined ? {} : { appArmor }),
    // The engine hides nothing of it from privileged containers.
    ...(own.procMount === 'Unmasked' && !privileged ? { unmaskedProc: true } : {}),
  };
}

/** The seccomp profile of the agent's own that the container runs with: a path below its directory for them. */
export function localhostSeccomp(pod: Pod, container: Container): string | undefined {
  const profile = container.securityContext?.seccompProfile ?? pod.spec.securityContext?.seccompProfile;
  return profile?.type === 'Localhost' ? (profile.localhostProfile ?? '') : undefined;
}

/** Which profiles the node cannot do without AppArmor. Source: kubernetes pkg/security/apparmor/validate.go isRequired */
export const needsAppArmor = (pod: Pod): boolean =>
  [pod.spec, ...(pod.spec.initContainers ?? []), ...pod.spec.containers].some(({ securityContext }) => {
    const type = securityContext?.appArmorProfile?.type;
    return type === 'RuntimeDefault' || type === 'Localhost';
  });

function seccompSetting(profile: SeccompProfile | undefined, text: string | undefined): SecuritySettings['seccomp'] {
  if (profile?.type === 'RuntimeDefault') return 'engine-default';
  return profile?.type === 'Localhost' ? { profile: text ?? '' } : 'unconfined';
}

function appArmorProfile(profile: SeccompProfile | undefined): string | undefined {
  if (profile?.type === 'Unconfined') return 'unconfined';
  return profile?.type === 'Localhost' ? profile.localhostProfile : undefined;
}

/** The engine leaves out the groups of the image's /etc/group only for a user that is given with a group. */
function checkStrict(group: number | undefined): void {
  if (group !== undefined) return;
  throw new KubeletteError(
    'Invalid',
    'supplementalGroupsPolicy Strict needs runAsGroup: without it this engine adds the groups of /etc/group in the image',
  );
}

const withoutPrefix = (capability: string): string => capability.replace(/^CAP_/, '');

function userText(user: number | undefined, group: number | undefined, imageUser: string): string | undefined {
  if (group === undefined) return user === undefined ? undefined : String(user);
  if (user === undefined && imageUser === '') {
    throw new KubeletteError('Invalid', 'runAsGroup is specified without a runAsUser');
  }
  return `${user ?? imageUser.split(':')[0] ?? ''}:${group}`;
}

function checkNonRoot(pod: Pod, container: Container, user: number | undefined, imageUser: string): void {
  const about = `(pod: "${podDescription(podIdentity(pod))}", container: ${container.name})`;
  const refuse = (what: string): never => {
    throw new KubeletteError('Invalid', `${what} ${about}`);
  };
  if (user === 0) refuse("container's runAsUser breaks non-root policy");
  if (user !== undefined) return;
  const name = imageUser.split(':')[0] ?? '';
  if (name === '' || /^0+$/.test(name)) refuse('container has runAsNonRoot and image will run as root');
  if (!/^\d+$/.test(name)) {
    refuse(`container has runAsNonRoot and image has non-numeric user (${name}), cannot verify user is non-root`);
  }
  if (Number(name) > MAX_USER_ID) {
    const range = `must be between 0 and ${MAX_USER_ID}, inclusive`;
    refuse(
      `container has runAsNonRoot and image has an invalid user id (${name}). (Must be 1-(${MAX_USER_ID})): ${range}`,
    );
  }
}
