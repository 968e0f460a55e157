import { FieldErrors, ROOT, type FieldError, type FieldPath } from './field-error.js';
import { dnsSubdomainProblems, qualifiedNameProblems } from './names.js';
import { podSpecSchema, type Pod, type PodSpec } from './schema/pod.js';
import { validateChoices } from './validation/choices.js';
import { validateContainers } from './validation/containers.js';
import { validateMeta } from './validation/meta.js';
import { validateNetwork } from './validation/network.js';
import { validateAmount, validateResources } from './validation/resources.js';
import { validateScheduling } from './validation/scheduling.js';
import { validatePodSecurityContext } from './validation/security.js';
import { validateVolumes } from './validation/volumes.js';

const MAX_DEADLINE = 2_147_483_647;

/**
 * Everything that is wrong with a pod that is to be created, in the API server's words.
 *
 * @param pod defaulted: fields with a default are required here.
 * Source: kubernetes pkg/apis/core/validation/validation.go ValidatePodCreate
 */
export function validatePod(pod: Pod): FieldError[] {
  const errors = new FieldErrors();
  const path = ROOT.child('spec');
  validateMeta(pod.metadata, ROOT.child('metadata'), errors);
  validateVolumes(pod.spec.volumes ?? [], path.child('volumes'), errors);
  const volumes = new Map((pod.spec.volumes ?? []).map((volume) => [volume.name, volume]));
  validateContainers(pod.spec, volumes, path, errors);
  validateSpec(pod.spec, path, errors);
  validateNetwork(pod.spec, path, errors);
  validatePodSecurityContext(pod.spec, path.child('securityContext'), errors);
  validateScheduling(pod.spec, path, errors);
  validateChoices(podSpecSchema, pod.spec, path, errors);
  return errors.list;
}

function validateSpec(spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  if ((spec.restartPolicy ?? '') === '') errors.required(path.child('restartPolicy'));
  const { activeDeadlineSeconds: deadline, terminationGracePeriodSeconds: grace } = spec;
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_DEADLINE)) {
    errors.invalid(path.child('activeDeadlineSeconds'), deadline, `must be between 1 and ${MAX_DEADLINE}, inclusive`);
  }
  if (grace !== undefined && grace < 0) {
    errors.invalid(path.child('terminationGracePeriodSeconds'), grace, 'must be greater than or equal to 0');
  }
  const objectNames = ['nodeName', 'serviceAccountName', 'priorityClassName', 'runtimeClassName'] as const;
  for (const field of [...objectNames, 'hostnameOverride'] as const) {
    const name = spec[field] ?? '';
    if (name !== '') errors.check(path.child(field), name, dnsSubdomainProblems);
  }
  if (spec.os?.name === ('' as 'linux')) errors.required(path.child('os', 'name'));
  for (const [index, { conditionType }] of (spec.readinessGates ?? []).entries()) {
    const at = path.child('readinessGates').at(index).child('conditionType');
    errors.check(at, conditionType, qualifiedNameProblems);
  }
  for (const [name, amount] of Object.entries(spec.overhead ?? {})) {
    validateAmount(name, amount, path.child('overhead').at(name), errors);
  }
  const claims = new Set<string>();
  for (const [index, { name }] of (spec.resourceClaims ?? []).entries()) {
    const at = path.child('resourceClaims').at(index).child('name');
    if (name === '') errors.required(at);
    else if (claims.has(name)) errors.duplicate(at, name);
    claims.add(name);
  }
  if (spec.resources !== undefined) validateResources(spec.resources, claims, path.child('resources'), errors);
}
