import { describe, expect, it } from '@jest/globals';
import { parseImageReference, withDefaultTag } from '../../../../../src/kubelet/core/images/image-reference.js';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('the name of an image', () => {
  it.each([
    ['busybox', 'docker.io', 'docker.io/library/busybox', undefined],
    ['busybox:1.36', 'docker.io', 'docker.io/library/busybox', '1.36'],
    ['grafana/grafana:11', 'docker.io', 'docker.io/grafana/grafana', '11'],
    ['docker.io/busybox', 'docker.io', 'docker.io/library/busybox', undefined],
    ['index.docker.io/busybox', 'docker.io', 'docker.io/library/busybox', undefined],
    ['localhost/a', 'localhost', 'localhost/a', undefined],
    ['localhost:5000/a/b:1', 'localhost:5000', 'localhost:5000/a/b', '1'],
    ['127.0.0.1:5000/a', '127.0.0.1:5000', '127.0.0.1:5000/a', undefined],
    ['[::1]:5000/a', '[::1]:5000', '[::1]:5000/a', undefined],
    ['registry.k8s.io/pause:3.10', 'registry.k8s.io', 'registry.k8s.io/pause', '3.10'],
    ['a/b__c/d-e.f', 'docker.io', 'docker.io/a/b__c/d-e.f', undefined],
  ])('%s is at %s', (image, registry, repository, tag) => {
    expect(parseImageReference(image)).toEqual({ registry, repository, ...(tag === undefined ? {} : { tag }) });
  });

  it('may have a digest, and a tag before it', () => {
    expect(parseImageReference(`quay.io/a/b:1@${DIGEST}`)).toEqual({
      registry: 'quay.io',
      repository: 'quay.io/a/b',
      tag: '1',
      digest: DIGEST,
    });
  });

  it.each([
    ['', 'invalid reference format'],
    ['a//b', 'invalid reference format'],
    ['a:', 'invalid reference format'],
    ['a@sha256:12', 'invalid reference format'],
    ['a b', 'invalid reference format'],
    ['../a', 'invalid reference format'],
    ['reg_istry.io/a', 'invalid reference format'],
    ['a:b:c', 'invalid reference format'],
    [`a:${'t'.repeat(129)}`, 'invalid reference format'],
    ['Nginx', 'invalid reference format: repository name (library/Nginx) must be lowercase'],
    ['quay.io/A/b:1', 'invalid reference format: repository name (A/b) must be lowercase'],
    ['0'.repeat(64), `invalid repository name (${'0'.repeat(64)}), cannot specify 64-byte hexadecimal strings`],
    ['a/'.repeat(130) + 'a', 'repository name must not be more than 255 characters'],
  ])('%j is refused', (image, message) => {
    expect(() => parseImageReference(image)).toThrow(message);
  });

  it.each([
    ['busybox', 'busybox:latest'],
    ['busybox:1', 'busybox:1'],
    ['registry:5000/busybox', 'registry:5000/busybox:latest'],
    ['registry:5000/a/b:1', 'registry:5000/a/b:1'],
    [`busybox@${DIGEST}`, `busybox@${DIGEST}`],
  ])('%s means %s', (image, reference) => {
    expect(withDefaultTag(image)).toBe(reference);
  });
});
