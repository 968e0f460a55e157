import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { KubeObject } from '../../../../src/api/schema/meta.js';
import { createApplyPatch } from '../../../../src/apiserver/patch/apply-patch.js';
import { StatusError } from '../../../../src/apiserver/http/status-error.js';
import type { Kind } from '../../../../src/apiserver/resources/kind.js';
import { FrozenCopies } from '../../../../src/store/frozen-copy.js';

const applyPatch = createApplyPatch({ now: () => Date.parse('2026-01-02T03:04:05Z') });
const podKind = { group: '', version: 'v1', kind: 'Pod', plural: 'pods' } as Kind;
const gadgetKind = { group: 'example.com', version: 'v1', kind: 'Gadget', plural: 'gadgets' } as Kind;

const types = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json; charset=utf-8',
};

/** As the store hands it out. */
const frozen = (object: object): KubeObject => new FrozenCopies().copy(object) as KubeObject;

const web = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', labels: { app: 'web' }, finalizers: ['a', 'b', 'c'] },
  spec: {
    containers: [
      { name: 'app', image: 'app:1', env: [{ name: 'A', value: '1' }], args: ['x', 'y'] },
      { name: 'log', image: 'log:1' },
    ],
    volumes: [{ name: 'v', emptyDir: { medium: 'Memory' } }],
    tolerations: [{ key: 'a' }],
  },
};

type Web = typeof web;

function patch(type: keyof typeof types, body: unknown, current: object = web, kind = podKind): Web {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return applyPatch(types[type], Buffer.from(text), frozen(current), kind, new URLSearchParams()).object as Web;
}

function refusal(run: () => unknown): StatusError {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  throw new Error('not refused');
}

const deepFields = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('x', '', 0, true),
    fc.array(fc.integer(), { maxLength: 3 }),
    tie('fields'),
  ),
  fields: fc.dictionary(fc.constantFrom('a', 'b', 'toString', 'valueOf', 'c'), tie('value'), { maxKeys: 4 }),
}));
const fieldsArbitrary: fc.Arbitrary<object> = deepFields.fields;

describe('any patch', () => {
  it('of an unknown type is refused with 415', () => {
    const error = refusal(() =>
      applyPatch('application/json', Buffer.from('{}'), frozen(web), podKind, new URLSearchParams()),
    );
    expect(error.code).toBe(415);
    expect(error.message).toBe(
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
    );
  });

  it('is refused with 415 when it is strategic and the kind is not built in', () => {
    const error = refusal(() => patch('strategic', {}, web, gadgetKind));
    expect(error.code).toBe(415);
    expect(error.message).not.toContain('strategic');
    expect(patch('merge', { spec: null }, web, gadgetKind)).not.toHaveProperty('spec');
  });

  it('needs an object, but for server-side apply', () => {
    const body = Buffer.from('{"metadata":{"name":"web"}}');
    const error = refusal(() => applyPatch(types.merge, body, undefined, podKind, new URLSearchParams()));
    expect(error.toStatus()).toMatchObject({ code: 404, message: 'pods "web" not found' });
  });

  it('says which fields it has twice', () => {
    const body = Buffer.from('{"metadata":{"labels":{"a":"1","a":"2"}}}');
    const result = applyPatch(types.merge, body, frozen(web), podKind, new URLSearchParams());
    expect(result.strictProblems).toEqual(['duplicate field "metadata.labels.a"']);
  });

  it('may not be forced unless it applies', () => {
    const run = (): unknown =>
      applyPatch(types.merge, Buffer.from('{}'), frozen(web), podKind, new URLSearchParams('force=true'));
    expect(refusal(run).message).toBe(
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    );
  });

  it.each(['json', 'merge', 'strategic'] as const)('cannot reach a prototype: %s', (type) => {
    const bodies =
      type === 'json'
        ? [
            '[{"op":"add","path":"/__proto__/polluted","value":1}]',
            '[{"op":"add","path":"/constructor/prototype/polluted","value":1}]',
            '[{"op":"add","path":"/metadata/toString/polluted","value":1}]',
            '[{"op":"copy","from":"/spec","path":"/x"},{"op":"add","path":"/x/toString/polluted","value":1}]',
            '[{"op":"add","path":"/x","value":{"__proto__":{"polluted":1}}}]',
            '[{"op":"copy","from":"/metadata/toString","path":"/x"}]',
          ]
        : [
            '{"__proto__":{"polluted":1}}',
            '{"metadata":{"constructor":{"prototype":{"polluted":1}}}}',
            '{"metadata":{"\\u005f_proto__":{"polluted":1}}}',
          ];
    for (const body of bodies) expect([400, 422]).toContain(refusal(() => patch(type, body)).code);
    const result = type === 'json' ? web : patch(type, '{"metadata":{"toString":{"polluted":1}}}');
    expect(result.metadata).not.toHaveProperty('polluted');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect((Object.prototype.toString as unknown as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each(['merge', 'strategic'] as const)('%s may be applied again without changing anything', (type) => {
    fc.assert(
      fc.property(fieldsArbitrary, fieldsArbitrary, (current, body) => {
        const once = patch(type, body, current);
        expect(patch(type, body, once)).toEqual(once);
      }),
    );
  });

  it.each(['merge', 'strategic'] as const)('%s leaves the stored object alone and shares nothing with it', (type) => {
    fc.assert(
      fc.property(fieldsArbitrary, fieldsArbitrary, (current, body) => {
        const stored = frozen(current);
        const result = applyPatch(
          types[type],
          Buffer.from(JSON.stringify(body)),
          stored,
          podKind,
          new URLSearchParams(),
        );
        expect(stored).toEqual(current);
        const look = (value: unknown): void => {
          if (typeof value !== 'object' || value === null) return;
          expect(Object.isFrozen(value)).toBe(false);
          Object.values(value).forEach(look);
        };
        look(result.object);
      }),
    );
  });
});

describe('a merge patch', () => {
  // RFC 7396, appendix A, as far as the target is an object.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('makes of %j with %j the RFC’s %j', (current, body, expected) => {
    expect(patch('merge', body, current)).toEqual(expected);
  });

  it.each(['[]', '1', 'null', '{', ''])('must be an object: %s', (body) => {
    expect(refusal(() => patch('merge', body)).code).toBe(400);
  });
});

describe('a JSON patch', () => {
  it('applies its operations in order', () => {
    const result = patch('json', [
      { op: 'test', path: '/metadata/name', value: 'web' },
      { op: 'add', path: '/metadata/labels/x~1y', value: 'z' },
      { op: 'remove', path: '/spec/containers/0/env' },
      { op: 'move', from: '/spec/containers/1', path: '/spec/containers/0' },
      { op: 'add', path: '/spec/containers/-', value: { name: 'new' } },
      { op: 'replace', path: '/metadata/finalizers', value: [] },
    ]);
    expect(result.metadata).toEqual({ name: 'web', labels: { app: 'web', 'x/y': 'z' }, finalizers: [] });
    expect(result.spec.containers.map(({ name }) => name)).toEqual(['log', 'app', 'new']);
  });

  it('may replace the whole object', () => {
    expect(patch('json', [{ op: 'replace', path: '', value: { kind: 'Pod' } }])).toEqual({ kind: 'Pod' });
  });

  it.each([
    [{ op: 'test', path: '/metadata/name', value: 'other' }],
    [{ op: 'replace', path: '/metadata/annotations', value: {} }],
    [{ op: 'remove', path: '/spec/containers/7' }],
    [{ op: 'add', path: '/spec/containers/7', value: {} }],
    [{ op: 'add', path: '/spec/containers/x', value: {} }],
    [{ op: 'add', path: '/status/phase', value: 'x' }],
    [{ op: 'add', path: '/metadata/name/deep', value: 'x' }],
    [{ op: 'add', path: '/spec/x' }],
    [{ op: 'add', path: 'spec', value: 1 }],
    [{ op: 'move', from: '/spec', path: '/spec/containers/0' }],
    [{ op: 'remove', path: '' }],
  ])('is refused with 422 when it does not fit: %j', (operation) => {
    const error = refusal(() => patch('json', [operation]));
    expect(error.toStatus()).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: 'the server rejected our request due to an error in our request',
    });
    expect(error.details?.causes?.[0]?.message).not.toContain('app:1');
  });

  it.each(['{}', '[1]', '[{"op":"spin","path":"/a"}]', '[{"op":"add"}]', '[{"op":"copy","path":"/a"}]'])(
    'is refused with 400 when it is none: %s',
    (body) => {
      expect(refusal(() => patch('json', body)).code).toBe(400);
    },
  );

  it('has limits to operations and to what copies make', () => {
    const test = { op: 'test', path: '/kind', value: 'Pod' };
    const many = Array.from({ length: 10_001 }, () => test);
    expect(refusal(() => patch('json', many)).toStatus()).toMatchObject({
      code: 413,
      message: 'The allowed maximum operations in a JSON patch is 10000, got 10001',
    });
    const list = { op: 'add', path: '/l', value: [{ text: 'x'.repeat(1_000) }] };
    const double = Array.from({ length: 20 }, (_, n) => ({ op: 'copy', from: '/l', path: `/l/${n % 2}` }));
    expect(refusal(() => patch('json', [list, ...double])).code).toBe(413);
    const nest = Array.from({ length: 70 }, () => ({ op: 'move', from: '/a', path: '/b/a' }));
    const deeper = nest.flatMap((move) => [
      { op: 'add', path: '/b', value: {} },
      move,
      { op: 'move', from: '/b', path: '/a' },
    ]);
    expect(refusal(() => patch('json', [{ op: 'add', path: '/a', value: {} }, ...deeper])).code).toBe(413);
  });
});

describe('a strategic merge patch', () => {
  const containers = (body: unknown): Web['spec']['containers'] => patch('strategic', { spec: body }).spec.containers;

  it('merges list items by their key, adds new ones at the end, and replaces plain lists', () => {
    expect(
      containers({ containers: [{ name: 'log', image: 'log:2' }, { name: 'new' }, { name: 'app', args: ['z'] }] }),
    ).toEqual([{ ...web.spec.containers[0], args: ['z'] }, { name: 'log', image: 'log:2' }, { name: 'new' }]);
    expect(patch('strategic', { spec: { tolerations: [{ key: 'b' }] } }).spec.tolerations).toEqual([{ key: 'b' }]);
  });

  it('removes with null, also inside items, and keeps no null in what is new', () => {
    const result = patch('strategic', {
      metadata: { labels: null, annotations: { a: '1', b: null } },
      spec: { containers: [{ name: 'app', env: null, resources: { limits: null } }] },
    });
    expect(result.metadata).toEqual({ name: 'web', finalizers: ['a', 'b', 'c'], annotations: { a: '1' } });
    expect(result.spec.containers[0]).toEqual({ name: 'app', image: 'app:1', args: ['x', 'y'], resources: {} });
  });

  it('removes an item with $patch: delete', () => {
    expect(containers({ containers: [{ name: 'app', $patch: 'delete' }] })).toEqual([web.spec.containers[1]]);
    expect(containers({ containers: [{ name: 'none', $patch: 'delete' }] })).toEqual(web.spec.containers);
  });

  it('replaces maps and lists with $patch: replace, and empties maps with $patch: delete', () => {
    expect(containers({ containers: [{ $patch: 'replace' }, { name: 'only' }] })).toEqual([{ name: 'only' }]);
    const labels = (body: object): unknown => patch('strategic', { metadata: { labels: body } }).metadata.labels;
    expect(labels({ $patch: 'replace', b: '2' })).toEqual({ b: '2' });
    expect(labels({ $patch: 'delete' })).toEqual({});
    expect(labels({ $patch: 'merge', b: '2' })).toEqual({ app: 'web', b: '2' });
  });

  it('keeps only the keys of $retainKeys', () => {
    const volume = { name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'c' }, emptyDir: null };
    expect(patch('strategic', { spec: { volumes: [volume] } }).spec.volumes).toEqual([
      { name: 'v', configMap: { name: 'c' } },
    ]);
  });

  it('joins sets, and takes from them with $deleteFromPrimitiveList', () => {
    const finalizers = (body: object): unknown => patch('strategic', { metadata: body }).metadata.finalizers;
    expect(finalizers({ finalizers: ['d', 'a'] })).toEqual(['a', 'b', 'c', 'd']);
    expect(finalizers({ '$deleteFromPrimitiveList/finalizers': ['b'] })).toEqual(['a', 'c']);
    expect(
      finalizers({
        '$deleteFromPrimitiveList/finalizers': ['a'],
        '$setElementOrder/finalizers': ['d', 'c'],
        finalizers: ['d'],
      }),
    ).toEqual(['d', 'b', 'c']);
  });

  it('puts items into the order of $setElementOrder, others staying before the first that followed them', () => {
    const order = (...names: string[]): object => ({ '$setElementOrder/containers': names.map((name) => ({ name })) });
    expect(containers(order('log', 'app')).map(({ name }) => name)).toEqual(['log', 'app']);
    const added = { ...order('new', 'log'), containers: [{ name: 'new' }] };
    expect(containers(added).map(({ name }) => name)).toEqual(['new', 'app', 'log']);
  });

  it.each([
    ['a key that is missing', { spec: { containers: [{ image: 'x' }] } }, 400],
    ['an unknown directive', { spec: { $patch: 'spin' } }, 400],
    ['an order that is no list', { spec: { '$setElementOrder/containers': 'x' } }, 400],
    [
      'an order that the list does not have',
      { spec: { '$setElementOrder/containers': [], containers: [{ name: 'a' }] } },
      400,
    ],
    ['keys that are not retained', { spec: { volumes: [{ name: 'v', $retainKeys: ['name'], nfs: {} }] } }, 400],
    ['retained keys that are no list', { spec: { volumes: [{ name: 'v', $retainKeys: 1 }] } }, 400],
    ['deletions that are no list', { metadata: { '$deleteFromPrimitiveList/finalizers': 'x' } }, 400],
    ['text in a list of maps', { spec: { containers: ['x'] } }, 400],
    ['lists of lists', { spec: { containers: [[]] } }, 422],
    ['no object', [], 400],
  ])('is refused for %s', (_, body, code) => {
    expect(refusal(() => patch('strategic', body)).code).toBe(code);
  });

  it('names the key that is missing', () => {
    const error = refusal(() => patch('strategic', { spec: { containers: [{ image: 'x' }] } }));
    expect(error.message).toBe('map: map[image] does not contain declared merge key: name');
  });

  it('made of the difference of two pods reproduces the second', () => {
    const container = fc.record(
      { image: fc.constantFrom('a', 'b'), args: fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 }) },
      { requiredKeys: [] },
    );
    const pod = fc
      .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), container), { selector: ([name]) => name })
      .map((entries) => entries.map(([name, fields]) => ({ name, ...fields })));
    fc.assert(
      fc.property(pod, pod, (before, after) => {
        const names = new Set(after.map(({ name }) => name));
        const gone = before.filter(({ name }) => !names.has(name)).map(({ name }) => ({ name, $patch: 'delete' }));
        const changed = after.map((item) => {
          const old = before.find(({ name }) => name === item.name) ?? {};
          const removed = Object.keys(old).filter((key) => !(key in item));
          return { ...item, ...Object.fromEntries(removed.map((key) => [key, null])) };
        });
        const order = after.map(({ name }) => ({ name }));
        const body = { spec: { containers: [...changed, ...gone], '$setElementOrder/containers': order } };
        expect(patch('strategic', body, { spec: { containers: before } })).toEqual({ spec: { containers: after } });
      }),
    );
  });
});
