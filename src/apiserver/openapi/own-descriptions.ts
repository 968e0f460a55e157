const CORE = 'io.k8s.api.core.v1';

const restartPolicyRules =
  'Rules that decide by exit code whether this container restarts, tried in order; the first that matches counts. Without a match, restartPolicy decides. At most 20.';

/**
 * What kubelette says of types and fields that are newer than the texts in descriptions.ts, or have none there. In the
 * same form.
 */
export const ownDescriptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [`${CORE}.Container`]: { restartPolicyRules },
  [`${CORE}.EphemeralContainer`]: { restartPolicyRules },
  [`${CORE}.ContainerRestartRule`]: {
    '': 'One rule about what to do when a container exits.',
    action: 'What to do when the rule matches: `Restart` the container.',
    exitCodes: 'The exit codes that the rule is for.',
  },
  [`${CORE}.ContainerRestartRuleOnExitCodes`]: {
    '': 'A set of exit codes, or all others.',
    operator: '`In`: the exit code is one of the values. `NotIn`: it is none of them.',
    values: 'The exit codes, at most 255 of them.',
  },
  [`${CORE}.ContainerExtendedResourceRequest`]: {
    '': 'Which request of a resource claim serves an extended resource of a container.',
    containerName: 'The container that asks for the resource.',
    requestName: 'The request in the claim.',
    resourceName: 'The extended resource.',
  },
  [`${CORE}.ContainerStatus`]: {
    allocatedResourcesStatus: 'Health of the devices and other resources the container was given.',
    stopSignal: 'The signal that stops the container.',
    user: 'The user the container’s first process started as.',
  },
  [`${CORE}.ContainerUser`]: {
    '': 'The user a container started as.',
    linux: 'On Linux. Not set when the node cannot tell.',
  },
  [`${CORE}.LinuxContainerUser`]: {
    '': 'The user of the first process of a container on Linux.',
    gid: 'Its primary group.',
    supplementalGroups: 'Its other groups.',
    uid: 'Its user id.',
  },
  [`${CORE}.EnvVarSource`]: { fileKeyRef: 'A key of a file of environment variables in a volume of the pod.' },
  [`${CORE}.FileKeySelector`]: {
    '': 'A key of a file of environment variables.',
    key: 'The name of the variable in the file.',
    optional: 'Whether the file or the key may be missing. Without it the pod does not start then.',
    path: 'The file, by its path in the volume; relative and without `..`.',
    volumeName: 'The volume with the file.',
  },
  [`${CORE}.GRPCAction`]: { '': 'A check of health by the GRPC health protocol.' },
  [`${CORE}.ImageVolumeSource`]: {
    '': 'A volume with the files of an image, read only.',
    pullPolicy:
      '`Always`, `IfNotPresent` or `Never`. Default: `Always` when the tag is `latest` or absent, else `IfNotPresent`.',
    reference: 'The image, as a container would name it.',
  },
  [`${CORE}.Lifecycle`]: { stopSignal: 'The signal that stops the container, instead of the one of its image.' },
  [`${CORE}.NamespaceCondition`]: {
    lastTransitionTime: 'When the status was last another one.',
    message: 'What the condition means, for people.',
    reason: 'Why the status is what it is, in one word.',
  },
  [`${CORE}.NodeFeatures`]: {
    '': 'What the container runtime can do.',
    supplementalGroupsPolicy: 'Whether it knows SupplementalGroupsPolicy and ContainerUser.',
  },
  [`${CORE}.NodeRuntimeHandlerFeatures`]: { userNamespaces: 'Whether the handler knows user namespaces.' },
  [`${CORE}.NodeStatus`]: { features: 'What the container runtime can do.' },
  [`${CORE}.NodeSwapStatus`]: { '': 'Swap of a node.', capacity: 'Size of the swap, in bytes.' },
  [`${CORE}.NodeSystemInfo`]: { swap: 'Swap of the node.' },
  [`${CORE}.PersistentVolumeClaimCondition`]: {
    status: '`True`, `False` or `Unknown`.',
    type: 'What the condition is about.',
  },
  [`${CORE}.PodCertificateProjection`]: {
    '': 'A private key and a certificate for the pod.',
    certificateChainPath: 'Path of a file for the certificate chain, in the volume.',
    credentialBundlePath: 'Path of a file for the key and the certificate chain, in the volume.',
    keyPath: 'Path of a file for the key, in the volume.',
    keyType: 'Type of the key: `RSA3072`, `RSA4096`, `ECDSAP256`, `ECDSAP384`, `ECDSAP521` or `ED25519`.',
    maxExpirationSeconds: 'The longest time the certificate may be valid, in seconds.',
    signerName: 'Who signs the certificate.',
  },
  [`${CORE}.PodCondition`]: { observedGeneration: 'The generation of the pod that the condition was found for.' },
  [`${CORE}.PodDNSConfigOption`]: { value: 'Value of the option, if it has one.' },
  [`${CORE}.PodExtendedResourceClaimStatus`]: {
    '': 'The resource claim that was made for the extended resources of the pod.',
    requestMappings: 'Which request of the claim serves which container.',
    resourceClaimName: 'The claim, in the namespace of the pod.',
  },
  [`${CORE}.PodResourceClaim`]: {
    resourceClaimName: 'A claim in the namespace of the pod. Either this or resourceClaimTemplateName.',
    resourceClaimTemplateName: 'A template to make a claim of, which lives as long as the pod.',
  },
  [`${CORE}.PodSecurityContext`]: {
    seLinuxChangePolicy: 'How the SELinux label of volumes is set: `MountOption` or `Recursive`.',
    supplementalGroupsPolicy:
      'Where the groups of the first process come from: `Merge` adds those of the image’s user, `Strict` does not. Default: `Merge`.',
  },
  [`${CORE}.PodSpec`]: {
    hostnameOverride: 'The host name of the pod, whatever its name, hostname and subdomain are.',
    resources: 'What all containers together may use and need: cpu, memory and huge pages.',
  },
  [`${CORE}.PodStatus`]: {
    extendedResourceClaimStatus: 'The resource claim that was made for the extended resources of the pod.',
    observedGeneration: 'The generation of the pod that the status was found for.',
  },
  [`${CORE}.ResourceClaim`]: { request: 'One request of the claim; without it, all of them.' },
  [`${CORE}.ResourceHealth`]: {
    '': 'Health of one device or other resource.',
    health: '`Healthy`, `Unhealthy` or `Unknown`.',
    resourceID: 'Which one it is.',
  },
  [`${CORE}.ResourceStatus`]: {
    '': 'Health of what a container was given of one kind of resource.',
    name: 'The kind of resource.',
    resources: 'Each one that was given.',
  },
  [`${CORE}.TypedObjectReference`]: { '': 'A reference to an object of any kind, possibly in another namespace.' },
  [`${CORE}.Volume`]: { image: 'The files of an image, read only.' },
  [`${CORE}.VolumeProjection`]: { podCertificate: 'A private key and a certificate for the pod.' },
  'io.k8s.api.coordination.v1.LeaseSpec': {
    preferredHolder: 'Who should hold the lease next; set together with strategy.',
    strategy: 'How the holder is elected. None: whoever comes first.',
  },
};
