import { describe, expect, it } from '@jest/globals';
import { computeQosClass } from '../../../src/api/qos.js';
import type { ResourceRequirements } from '../../../src/api/schema/pod.js';

const container = (resources?: ResourceRequirements) => ({
  name: 'a',
  image: 'b',
  ...(resources === undefined ? {} : { resources }),
});
const both = { cpu: '1', memory: '1Gi' };

describe('the QoS class', () => {
  it.each<[string, ResourceRequirements | undefined, string]>([
    ['no resources', undefined, 'BestEffort'],
    ['empty resources', {}, 'BestEffort'],
    ['zero amounts', { limits: { cpu: '0', memory: '0' } }, 'BestEffort'],
    ['other resources only', { limits: { 'example.com/gpu': '1' } }, 'BestEffort'],
    ['a request only', { requests: { cpu: '100m' } }, 'Burstable'],
    ['one limit only', { limits: { memory: '1Gi' } }, 'Burstable'],
    ['limits of both', { limits: both }, 'Guaranteed'],
    ['equal requests, written otherwise', { limits: both, requests: { cpu: '1000m', memory: '1024Mi' } }, 'Guaranteed'],
    ['a smaller request', { limits: both, requests: { cpu: '500m' } }, 'Burstable'],
  ])('of a container with %s is right', (_, resources, expected) => {
    expect(computeQosClass({ containers: [container(resources)] })).toBe(expected);
  });

  it('counts every container, init containers included', () => {
    const guaranteed = container({ limits: both });
    expect(computeQosClass({ containers: [guaranteed, container()] })).toBe('Burstable');
    expect(computeQosClass({ containers: [guaranteed], initContainers: [container()] })).toBe('Burstable');
    expect(computeQosClass({ containers: [guaranteed], initContainers: [guaranteed] })).toBe('Guaranteed');
  });

  it('is decided by resources of the pod where there are any', () => {
    expect(computeQosClass({ containers: [container()], resources: { limits: both } })).toBe('Guaranteed');
  });
});
