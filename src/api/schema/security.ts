import * as z from 'zod';
import { bool, choice, define, int64, list, opt, str, strings } from './shape.js';

const V1 = 'io.k8s.api.core.v1';

const seLinuxOptionsSchema = define(`${V1}.SELinuxOptions`, {
  user: opt(str),
  role: opt(str),
  type: opt(str),
  level: opt(str),
});

const windowsOptionsSchema = define(`${V1}.WindowsSecurityContextOptions`, {
  gmsaCredentialSpecName: opt(str),
  gmsaCredentialSpec: opt(str),
  runAsUserName: opt(str),
  hostProcess: opt(bool),
});

const seccompProfileSchema = define(`${V1}.SeccompProfile`, {
  type: choice('Localhost', 'RuntimeDefault', 'Unconfined'),
  localhostProfile: opt(str),
});

const appArmorProfileSchema = define(`${V1}.AppArmorProfile`, {
  type: choice('Localhost', 'RuntimeDefault', 'Unconfined'),
  localhostProfile: opt(str),
});

const capabilitiesSchema = define(`${V1}.Capabilities`, { add: opt(strings), drop: opt(strings) });

export const securityContextSchema = define(`${V1}.SecurityContext`, {
  capabilities: opt(capabilitiesSchema),
  privileged: opt(bool),
  seLinuxOptions: opt(seLinuxOptionsSchema),
  windowsOptions: opt(windowsOptionsSchema),
  runAsUser: opt(int64),
  runAsGroup: opt(int64),
  runAsNonRoot: opt(bool),
  readOnlyRootFilesystem: opt(bool),
  allowPrivilegeEscalation: opt(bool),
  procMount: opt(choice('Default', 'Unmasked')),
  seccompProfile: opt(seccompProfileSchema),
  appArmorProfile: opt(appArmorProfileSchema),
});

const sysctlSchema = define(`${V1}.Sysctl`, { name: str, value: str });

export const podSecurityContextSchema = define(`${V1}.PodSecurityContext`, {
  seLinuxOptions: opt(seLinuxOptionsSchema),
  windowsOptions: opt(windowsOptionsSchema),
  runAsUser: opt(int64),
  runAsGroup: opt(int64),
  runAsNonRoot: opt(bool),
  supplementalGroups: opt(list(int64)),
  supplementalGroupsPolicy: opt(choice('Merge', 'Strict')),
  fsGroup: opt(int64),
  sysctls: opt(list(sysctlSchema)),
  fsGroupChangePolicy: opt(choice('Always', 'OnRootMismatch')),
  seccompProfile: opt(seccompProfileSchema),
  appArmorProfile: opt(appArmorProfileSchema),
  seLinuxChangePolicy: opt(choice('MountOption', 'Recursive')),
});

export type SecurityContext = z.infer<typeof securityContextSchema>;
export type SeccompProfile = z.infer<typeof seccompProfileSchema>;
