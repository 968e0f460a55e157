import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, containerHash, fnv1a, HASH_VERSION, podUid } from '../../../src/api/hash.js';
import type { Pod } from '../../../src/api/schema/pod.js';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default' },
  spec: { containers: [{ name: 'app', image: 'busybox:1' }] },
};

describe('hashes', () => {
  it('are those of the FNV authors', () => {
    expect(fnv1a(32, '')).toBe('811c9dc5');
    expect(fnv1a(32, 'a')).toBe('e40c292c');
    expect(fnv1a(32, 'foobar')).toBe('bf9cf968');
    expect(fnv1a(128, '')).toBe('6c62272e07bb014262b821756295c58d');
    expect(fnv1a(128, 'a')).toBe('d228cb696f1a8caf78912b704e4a8964');
  });

  it('of containers and pods never change between releases', () => {
    expect(HASH_VERSION).toBe('kubelette/1');
    expect(containerHash({ name: 'app', image: 'busybox:1' })).toBe('86f384aa');
    expect(podUid(pod, 'node-a', 'file:/pods/web.yaml')).toBe('bc515110fd78bd1787f2b7a9da258e68');
  });

  it('of a container depends on its name and image only', () => {
    const hash = containerHash({ name: 'app', image: 'busybox:1' });
    const other = { name: 'app', image: 'busybox:1', args: ['x'], terminationMessagePath: '/dev/termination-log' };
    expect(containerHash(other)).toBe(hash);
    expect(containerHash({ name: 'app', image: 'busybox:2' })).not.toBe(hash);
    expect(containerHash({ name: 'app2', image: 'busybox:1' })).not.toBe(hash);
  });

  it('of a pod change with content, node and source, not with its status', () => {
    const uid = podUid(pod, 'a', 'file:x');
    expect(uid).toMatch(/^[0-9a-f]{32}$/);
    expect(podUid({ ...pod, status: { phase: 'Pending' } }, 'a', 'file:x')).toBe(uid);
    expect(podUid(pod, 'b', 'file:x')).not.toBe(uid);
    expect(podUid(pod, 'a', 'file:y')).not.toBe(uid);
    expect(podUid({ ...pod, spec: { ...pod.spec, hostname: 'h' } }, 'a', 'file:x')).not.toBe(uid);
  });

  it('do not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(object));
        expect(JSON.parse(canonicalJson(object))).toEqual(JSON.parse(JSON.stringify(object)));
      }),
    );
  });

  it('take an absent field and an undefined one as equal', () => {
    expect(canonicalJson({ b: undefined, a: [undefined, 1] })).toBe('{"a":[null,1]}');
  });
});
