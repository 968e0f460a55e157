/** What becomes of a field of a pod. */
export type Support =
  /** Does what Kubernetes documents. `except` names values that do not, and what happens instead. */
  | { readonly status: 'realised'; readonly except?: Readonly<Record<string, string>> }
  /** Accepted without effect, for good: there is no use for it on a single node. */
  | {
      readonly status: 'ignored';
      readonly because: string;
      /** Values that ask for nothing; `all` when no value does. */
      readonly harmless?: readonly unknown[] | 'all';
    };

const realised: Support = { status: 'realised' };
const ignored = (because: string, ...harmless: readonly unknown[]): Support => ({
  status: 'ignored',
  because,
  harmless,
});

const NO_SCHEDULER = 'there is one node, and every pod runs on it';
const NO_AUTOMOUNT = 'a token opens no door of the agent; volumes that ask for one get it';
const NO_FILE_KEYS = 'Kubernetes leaves it off (EnvFiles, alpha); the container waits with CreateContainerConfigError';
const NO_HUGE_PAGES = 'is a directory on disk: the node has no huge pages to give out';
const NO_DEVICES = 'no block devices are made';
const NO_CLASSES = 'there are no priority and runtime classes';
const NO_ATTRIBUTES = 'there are no classes of volume attributes';
const NO_CLAIMS = 'there are no devices to claim';
const NO_WINDOWS = 'containers run on Linux';
const NO_SELINUX = 'the engine decides about SELinux';
const NO_TCP_HOOKS = 'Kubernetes knows no such hook either; it always fails';
const BY_SERVER = 'set by the server';

const httpGetRows = (prefix: string): Record<string, Support> =>
  Object.fromEntries(
    ['path', 'port', 'host', 'scheme', 'httpHeaders[].name', 'httpHeaders[].value'].map((field) => [
      `${prefix}.httpGet.${field}`,
      realised,
    ]),
  );

const probeRows = (probe: string): Record<string, Support> => ({
  [`${probe}.exec.command`]: realised,
  ...httpGetRows(probe),
  ...Object.fromEntries(
    [
      ...['tcpSocket.port', 'tcpSocket.host', 'grpc.port', 'grpc.service'],
      ...['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'],
      'terminationGracePeriodSeconds',
    ].map((field) => [`${probe}.${field}`, realised]),
  ),
});

const containerFields: Readonly<Record<string, Support>> = {
  name: realised,
  image: realised,
  imagePullPolicy: realised,
  command: realised,
  args: realised,
  workingDir: realised,
  'ports[].name': realised,
  'ports[].containerPort': realised,
  'ports[].hostPort': realised,
  'ports[].hostIP': realised,
  'ports[].protocol': realised,
  'env[].name': realised,
  'env[].value': realised,
  'env[].valueFrom.fieldRef.apiVersion': realised,
  'env[].valueFrom.fieldRef.fieldPath': realised,
  'env[].valueFrom.resourceFieldRef.containerName': realised,
  'env[].valueFrom.resourceFieldRef.resource': realised,
  'env[].valueFrom.resourceFieldRef.divisor': realised,
  'env[].valueFrom.configMapKeyRef.name': realised,
  'env[].valueFrom.configMapKeyRef.key': realised,
  'env[].valueFrom.configMapKeyRef.optional': realised,
  'env[].valueFrom.secretKeyRef.name': realised,
  'env[].valueFrom.secretKeyRef.key': realised,
  'env[].valueFrom.secretKeyRef.optional': realised,
  'env[].valueFrom.fileKeyRef': ignored(NO_FILE_KEYS),
  'envFrom[].prefix': realised,
  'envFrom[].configMapRef.name': realised,
  'envFrom[].configMapRef.optional': realised,
  'envFrom[].secretRef.name': realised,
  'envFrom[].secretRef.optional': realised,
  'resources.limits': realised,
  'resources.requests': realised,
  'resources.claims': ignored(NO_CLAIMS),
  'resizePolicy[].resourceName': realised,
  'resizePolicy[].restartPolicy': realised,
  'restartPolicyRules[].action': realised,
  'restartPolicyRules[].exitCodes.operator': realised,
  'restartPolicyRules[].exitCodes.values': realised,
  'volumeMounts[].name': realised,
  'volumeMounts[].mountPath': realised,
  'volumeMounts[].readOnly': realised,
  'volumeMounts[].mountPropagation': realised,
  'volumeMounts[].recursiveReadOnly': realised,
  'volumeMounts[].subPath': realised,
  'volumeMounts[].subPathExpr': realised,
  volumeDevices: ignored(NO_DEVICES),
  ...probeRows('livenessProbe'),
  ...probeRows('readinessProbe'),
  ...probeRows('startupProbe'),
  'lifecycle.postStart.exec.command': realised,
  'lifecycle.preStop.exec.command': realised,
  ...httpGetRows('lifecycle.postStart'),
  ...httpGetRows('lifecycle.preStop'),
  'lifecycle.postStart.sleep.seconds': realised,
  'lifecycle.preStop.sleep.seconds': realised,
  'lifecycle.postStart.tcpSocket': ignored(NO_TCP_HOOKS),
  'lifecycle.preStop.tcpSocket': ignored(NO_TCP_HOOKS),
  'lifecycle.stopSignal': realised,
  terminationMessagePath: realised,
  terminationMessagePolicy: realised,
  stdin: realised,
  stdinOnce: realised,
  tty: realised,
  'securityContext.runAsUser': realised,
  'securityContext.runAsGroup': realised,
  'securityContext.runAsNonRoot': realised,
  'securityContext.privileged': realised,
  'securityContext.capabilities.add': realised,
  'securityContext.capabilities.drop': realised,
  'securityContext.readOnlyRootFilesystem': realised,
  'securityContext.allowPrivilegeEscalation': realised,
  'securityContext.seccompProfile.type': realised,
  'securityContext.seccompProfile.localhostProfile': realised,
  'securityContext.appArmorProfile.type': realised,
  'securityContext.appArmorProfile.localhostProfile': realised,
  'securityContext.procMount': realised,
  'securityContext.seLinuxOptions': ignored(NO_SELINUX),
  'securityContext.windowsOptions': ignored(NO_WINDOWS),
};

const under = (prefix: string, rows: Readonly<Record<string, Support>>): Record<string, Support> =>
  Object.fromEntries(Object.entries(rows).map(([path, support]) => [`${prefix}.${path}`, support]));

const realisedBelow = (prefix: string, fields: readonly string[]): Record<string, Support> =>
  under(prefix, Object.fromEntries(fields.map((field) => [field, realised])));

/** Which entries of an object become which files, and which fields of the pod do. */
const ITEMS = ['items[].key', 'items[].path', 'items[].mode'];
const FIELDS = [
  ...['items[].path', 'items[].mode', 'items[].fieldRef.apiVersion', 'items[].fieldRef.fieldPath'],
  ...['containerName', 'resource', 'divisor'].map((field) => `items[].resourceFieldRef.${field}`),
];

const TOKEN = ['audience', 'expirationSeconds', 'path'];
const NO_META = 'only labels and annotations of the template count';

/** The claim a pod brings along. */
const claimTemplate: Readonly<Record<string, Support>> = {
  'metadata.labels': realised,
  'metadata.annotations': realised,
  ...Object.fromEntries(
    [
      ...['name', 'generateName', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp'],
      ...[
        'deletionTimestamp',
        'deletionGracePeriodSeconds',
        'ownerReferences',
        'finalizers',
        'managedFields',
        'selfLink',
      ],
    ].map((field) => [`metadata.${field}`, ignored(NO_META)]),
  ),
  'spec.accessModes': realised,
  'spec.selector.matchLabels': realised,
  'spec.selector.matchExpressions[].key': realised,
  'spec.selector.matchExpressions[].operator': realised,
  'spec.selector.matchExpressions[].values': realised,
  'spec.resources.requests': realised,
  'spec.resources.limits': ignored('nothing limits a volume of the engine'),
  'spec.volumeName': realised,
  'spec.storageClassName': realised,
  'spec.volumeMode': { status: 'realised', except: { Block: 'leaves the claim pending: no block devices are made' } },
  'spec.dataSource': ignored('the claim stays pending: volumes are not made from others'),
  'spec.dataSourceRef': ignored('the claim stays pending: volumes are not made from others'),
  'spec.volumeAttributesClassName': ignored(NO_ATTRIBUTES),
};

/** Validation refuses these on an ephemeral container; nobody needs a row for each of their fields. */
const NOT_FOR_EPHEMERAL = /^(ports|resources|resizePolicy|restartPolicyRules|volumeMounts.*subPath|.*Probe|lifecycle)/;

/** No warning besides: what is not refused is empty, as the `resources` kubectl debug sends. */
const refused: Support = { status: 'ignored', because: 'ephemeral containers cannot have it', harmless: 'all' };

const ephemeralFields: Readonly<Record<string, Support>> = {
  ...Object.fromEntries(Object.entries(containerFields).filter(([path]) => !NOT_FOR_EPHEMERAL.test(path))),
  ...Object.fromEntries(
    [
      'ports',
      'resources',
      'resizePolicy',
      'restartPolicy',
      'restartPolicyRules',
      'volumeMounts[].subPath',
      'volumeMounts[].subPathExpr',
      'livenessProbe',
      'readinessProbe',
      'startupProbe',
      'lifecycle',
    ].map((path) => [path, refused]),
  ),
  targetContainerName: realised,
};

/**
 * Every field of a pod. A row that is not realised speaks for all fields below it; a realised one only for itself, so
 * that a new field cannot slip in unnoticed. `[]` is any item of a list.
 */
export const supportTable: Readonly<Record<string, Support>> = {
  apiVersion: realised,
  kind: realised,
  'metadata.name': realised,
  'metadata.namespace': realised,
  'metadata.uid': realised,
  'metadata.labels': realised,
  'metadata.annotations': realised,
  'metadata.generateName': realised,
  'metadata.resourceVersion': realised,
  'metadata.creationTimestamp': realised,
  'metadata.deletionTimestamp': realised,
  'metadata.deletionGracePeriodSeconds': realised,
  'metadata.generation': ignored(BY_SERVER),
  'metadata.managedFields': ignored(BY_SERVER),
  'metadata.selfLink': ignored(BY_SERVER),
  'metadata.ownerReferences[].apiVersion': realised,
  'metadata.ownerReferences[].kind': realised,
  'metadata.ownerReferences[].name': realised,
  'metadata.ownerReferences[].uid': realised,
  'metadata.ownerReferences[].controller': realised,
  'metadata.ownerReferences[].blockOwnerDeletion': realised,
  'metadata.finalizers': realised,

  'spec.restartPolicy': realised,
  'spec.terminationGracePeriodSeconds': realised,
  'spec.activeDeadlineSeconds': realised,
  'spec.hostNetwork': realised,
  'spec.hostPID': realised,
  'spec.hostIPC': realised,
  'spec.shareProcessNamespace': realised,
  'spec.hostUsers': realised,
  'spec.hostname': realised,
  'spec.hostnameOverride': realised,
  'spec.subdomain': realised,
  'spec.setHostnameAsFQDN': realised,
  'spec.hostAliases[].ip': realised,
  'spec.hostAliases[].hostnames': realised,
  'spec.dnsPolicy': {
    status: 'realised',
    except: { ClusterFirstWithHostNet: 'is taken for Default: there is no DNS of a cluster' },
  },
  'spec.dnsConfig.nameservers': realised,
  'spec.dnsConfig.searches': realised,
  'spec.dnsConfig.options[].name': realised,
  'spec.dnsConfig.options[].value': realised,
  'spec.enableServiceLinks': ignored('there are no services', true, false),
  'spec.imagePullSecrets[].name': realised,

  ...under('spec.containers[]', containerFields),
  'spec.containers[].restartPolicy': realised,
  ...under('spec.initContainers[]', containerFields),
  'spec.initContainers[].restartPolicy': realised,
  ...under('spec.ephemeralContainers[]', ephemeralFields),

  'spec.volumes[].name': realised,
  'spec.volumes[].emptyDir.medium': {
    status: 'realised',
    except: { HugePages: NO_HUGE_PAGES, 'HugePages-2Mi': NO_HUGE_PAGES, 'HugePages-1Gi': NO_HUGE_PAGES },
  },
  'spec.volumes[].emptyDir.sizeLimit': realised,
  'spec.volumes[].hostPath.path': realised,
  'spec.volumes[].hostPath.type': realised,
  ...realisedBelow('spec.volumes[].configMap', ['name', 'optional', 'defaultMode', ...ITEMS]),
  ...realisedBelow('spec.volumes[].secret', ['secretName', 'optional', 'defaultMode', ...ITEMS]),
  ...realisedBelow('spec.volumes[].downwardAPI', ['defaultMode', ...FIELDS]),
  'spec.volumes[].projected.defaultMode': realised,
  ...realisedBelow('spec.volumes[].projected.sources[].configMap', ['name', 'optional', ...ITEMS]),
  ...realisedBelow('spec.volumes[].projected.sources[].secret', ['name', 'optional', ...ITEMS]),
  ...realisedBelow('spec.volumes[].projected.sources[].downwardAPI', FIELDS),
  ...realisedBelow('spec.volumes[].projected.sources[].serviceAccountToken', TOKEN),
  'spec.volumes[].projected.sources[].clusterTrustBundle': ignored('nobody here issues certificates'),
  'spec.volumes[].projected.sources[].podCertificate': ignored('nobody here issues certificates'),
  ...realisedBelow('spec.volumes[].persistentVolumeClaim', ['claimName', 'readOnly']),
  ...under('spec.volumes[].ephemeral.volumeClaimTemplate', claimTemplate),
  'spec.volumes[].image.reference': realised,
  'spec.volumes[].image.pullPolicy': realised,
  ...Object.fromEntries(
    [
      ...['awsElasticBlockStore', 'azureDisk', 'azureFile', 'cephfs', 'cinder', 'csi', 'fc', 'flexVolume', 'flocker'],
      ...['gcePersistentDisk', 'gitRepo', 'glusterfs', 'iscsi', 'nfs', 'photonPersistentDisk', 'portworxVolume'],
      ...['quobyte', 'rbd', 'scaleIO', 'storageos', 'vsphereVolume'],
    ].map((source) => [`spec.volumes[].${source}`, ignored('no storage system is attached')]),
  ),

  'spec.securityContext.runAsUser': realised,
  'spec.securityContext.runAsGroup': realised,
  'spec.securityContext.runAsNonRoot': realised,
  'spec.securityContext.supplementalGroups': realised,
  'spec.securityContext.supplementalGroupsPolicy': {
    status: 'realised',
    except: { Strict: 'needs runAsGroup: otherwise the engine adds the groups of the image' },
  },
  'spec.securityContext.fsGroup': realised,
  'spec.securityContext.fsGroupChangePolicy': realised,
  'spec.securityContext.sysctls[].name': realised,
  'spec.securityContext.sysctls[].value': realised,
  'spec.securityContext.seccompProfile.type': realised,
  'spec.securityContext.seccompProfile.localhostProfile': realised,
  'spec.securityContext.appArmorProfile.type': realised,
  'spec.securityContext.appArmorProfile.localhostProfile': realised,
  'spec.securityContext.seLinuxOptions': ignored(NO_SELINUX),
  'spec.securityContext.seLinuxChangePolicy': ignored(NO_SELINUX),
  'spec.securityContext.windowsOptions': ignored(NO_WINDOWS),

  'spec.nodeName': ignored(NO_SCHEDULER),
  'spec.nodeSelector': ignored(NO_SCHEDULER),
  'spec.affinity': ignored(NO_SCHEDULER),
  'spec.tolerations': ignored(NO_SCHEDULER),
  'spec.topologySpreadConstraints': ignored(NO_SCHEDULER),
  'spec.schedulerName': ignored(NO_SCHEDULER, 'default-scheduler'),
  'spec.schedulingGates': ignored(NO_SCHEDULER),
  'spec.priority': ignored(NO_CLASSES, 0),
  'spec.priorityClassName': ignored(NO_CLASSES),
  'spec.preemptionPolicy': ignored(NO_CLASSES, 'PreemptLowerPriority'),
  'spec.runtimeClassName': ignored(NO_CLASSES),
  'spec.overhead': ignored(NO_CLASSES),
  'spec.serviceAccountName': realised,
  'spec.serviceAccount': realised,
  'spec.automountServiceAccountToken': ignored(NO_AUTOMOUNT, false),
  'spec.os.name': { status: 'realised', except: { windows: 'has no effect: containers run on Linux' } },
  'spec.readinessGates[].conditionType': realised,
  'spec.resources.limits': realised,
  'spec.resources.requests': realised,
  'spec.resources.claims': ignored(NO_CLAIMS),
  'spec.resourceClaims': ignored(NO_CLAIMS),
  // Copied from the output of kubectl rather often, and never meant.
  status: { status: 'ignored', because: 'the node computes it', harmless: 'all' },
};
