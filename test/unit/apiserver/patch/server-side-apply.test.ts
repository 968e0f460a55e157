import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { KubeObject } from '../../../../src/api/schema/meta.js';
import { createApplyPatch } from '../../../../src/apiserver/patch/apply-patch.js';
import { recordUpdate } from '../../../../src/apiserver/patch/record-update.js';
import { StatusError } from '../../../../src/apiserver/http/status-error.js';
import type { Kind } from '../../../../src/apiserver/resources/kind.js';
import { FrozenCopies } from '../../../../src/store/frozen-copy.js';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const LATER = Date.parse('2026-01-02T04:00:00Z');

type Object_ = KubeObject & { data?: Record<string, string>; spec?: Record<string, unknown> };

const frozen = (object: Object_): Object_ => new FrozenCopies().copy(object);

function apply(
  current: Object_ | undefined,
  configuration: object,
  query = 'fieldManager=kubectl',
  now = NOW,
): Object_ {
  const kind = { group: '', version: 'v1', kind: 'spec' in configuration ? 'Pod' : 'ConfigMap', plural: 'x' } as Kind;
  const stored = current === undefined ? undefined : frozen(current);
  const body = Buffer.from(JSON.stringify(configuration));
  const applyPatch = createApplyPatch({ now: () => now });
  return applyPatch('application/apply-patch+yaml', body, stored, kind, new URLSearchParams(query)).object as Object_;
}

const map = (data: Record<string, string> | undefined, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', ...metadata },
  ...(data === undefined ? {} : { data }),
});

const pod = (spec: object): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec });

const update = (before: Object_ | undefined, after: object, manager: string, kind = 'ConfigMap'): Object_ =>
  recordUpdate<Object_>(before, after as Object_, { manager, apiVersion: 'v1', kind, subresource: '', now: NOW });

const owners = (object: Object_): Record<string, unknown> =>
  Object.fromEntries((object.metadata.managedFields ?? []).map(({ manager, fieldsV1 }) => [manager ?? '', fieldsV1]));

function refusal(run: () => unknown): StatusError {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  throw new Error('not refused');
}

describe('server-side apply', () => {
  it('makes an object that is not there, and says who owns what', () => {
    const made = apply(undefined, map({ a: '1' }));
    expect(made).toEqual(
      map(
        { a: '1' },
        {
          managedFields: [
            {
              manager: 'kubectl',
              operation: 'Apply',
              apiVersion: 'v1',
              time: '2026-01-02T03:04:05Z',
              fieldsType: 'FieldsV1',
              fieldsV1: { 'f:data': { 'f:a': {} } },
            },
          ],
        },
      ),
    );
  });

  it('changes nothing, not even a time, when it is applied again', () => {
    const made = apply(undefined, map({ a: '1' }));
    expect(apply(made, map({ a: '1' }), undefined, LATER)).toEqual(made);
  });

  it('removes what the manager applied before and leaves out now', () => {
    const made = apply(undefined, map({ a: '1', b: '2' }, { labels: { x: 'y' } }));
    const changed = apply(made, map({ b: '3' }));
    expect(changed.data).toEqual({ b: '3' });
    expect(changed.metadata).not.toHaveProperty('labels');
    expect(owners(changed)).toEqual({ kubectl: { 'f:data': { 'f:b': {} } } });
  });

  it('leaves what others own, and shares what has the same value', () => {
    const made = apply(apply(undefined, map({ a: '1', b: '2' })), map({ b: '2', c: '3' }), 'fieldManager=helm');
    expect(made.data).toEqual({ a: '1', b: '2', c: '3' });
    const left = apply(made, map({ a: '1' }));
    expect(left.data).toEqual({ a: '1', b: '2', c: '3' });
    expect(owners(left)).toEqual({
      kubectl: { 'f:data': { 'f:a': {} } },
      helm: { 'f:data': { 'f:b': {}, 'f:c': {} } },
    });
    expect(apply(left, map(undefined), 'fieldManager=helm').data).toEqual({ a: '1' });
  });

  it('refuses to change what another manager updated, in the API server’s words', () => {
    const made = update(undefined, map({ a: '1', b: '2' }), 'kubectl-client-side-apply');
    const error = refusal(() => apply(made, map({ a: '2' })));
    expect(error.toStatus()).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .data.a',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "kubectl-client-side-apply" using v1',
            field: '.data.a',
          },
        ],
      },
    });
  });

  it('lists several conflicts by manager', () => {
    const first = apply(undefined, pod({ containers: [{ name: 'a', image: 'x' }] }), 'fieldManager=one');
    const second = apply(
      first,
      pod({ hostname: 'h', containers: [{ name: 'a', workingDir: '/' }] }),
      'fieldManager=two',
    );
    const third = pod({ hostname: 'g', containers: [{ name: 'a', image: 'y', workingDir: '/tmp' }] });
    expect(refusal(() => apply(second, third)).message).toBe(
      [
        'Apply failed with 3 conflicts: conflicts with "one":',
        '- .spec.containers[name="a"].image',
        'conflicts with "two":',
        '- .spec.containers[name="a"].workingDir',
        '- .spec.hostname',
      ].join('\n'),
    );
  });

  it('takes fields by force', () => {
    const made = update(undefined, map({ a: '1', b: '2' }), 'kubectl-edit');
    const taken = apply(made, map({ a: '2' }), 'fieldManager=kubectl&force=true');
    expect(taken.data).toEqual({ a: '2', b: '2' });
    expect(owners(taken)).toEqual({
      'kubectl-edit': { 'f:data': { '.': {}, 'f:b': {} } },
      kubectl: { 'f:data': { 'f:a': {} } },
    });
  });

  it('knows items of lists by their keys, defaults of keys included', () => {
    const ports = (...list: object[]): object => pod({ containers: [{ name: 'a', ports: list }] });
    const dns = [{ containerPort: 53, protocol: 'UDP' }, { containerPort: 53 }];
    const made = apply(undefined, ports(...dns));
    const stored = structuredClone(made);
    // The server's default.
    (stored.spec?.['containers'] as { ports: { protocol?: string }[] }[])[0]?.ports.forEach((port) => {
      port.protocol ??= 'TCP';
    });
    const changed = apply(stored, ports({ containerPort: 53, name: 'dns' }));
    expect(changed.spec).toEqual({
      containers: [{ name: 'a', ports: [{ containerPort: 53, name: 'dns', protocol: 'TCP' }] }],
    });
    expect(owners(changed)['kubectl']).toEqual({
      'f:spec': {
        'f:containers': {
          'k:{"name":"a"}': {
            '.': {},
            'f:name': {},
            'f:ports': {
              'k:{"containerPort":53,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:name': {} },
            },
          },
        },
      },
    });
  });

  it('removes a whole item or part, with what the server filled in', () => {
    const probe = { httpGet: { path: '/', port: 80 } };
    const made = apply(undefined, pod({ containers: [{ name: 'a', livenessProbe: probe }, { name: 'b' }] }));
    const stored = structuredClone(made);
    stored.spec = {
      containers: [
        { name: 'a', imagePullPolicy: 'Always', livenessProbe: { ...probe, periodSeconds: 10 } },
        { name: 'b', imagePullPolicy: 'Always' },
      ],
    };
    expect(apply(stored, pod({ containers: [{ name: 'a' }] })).spec).toEqual({
      containers: [{ name: 'a', imagePullPolicy: 'Always' }],
    });
  });

  it('treats lists without keys, and selectors, as one value', () => {
    const made = apply(undefined, pod({ tolerations: [{ key: 'a' }], nodeSelector: { a: '1' } }));
    expect(owners(made)['kubectl']).toEqual({ 'f:spec': { 'f:tolerations': {}, 'f:nodeSelector': {} } });
    const changed = apply(made, pod({ tolerations: [{ key: 'b' }], nodeSelector: { b: '2' } }));
    expect(changed.spec).toEqual({ tolerations: [{ key: 'b' }], nodeSelector: { b: '2' } });
  });

  it('puts items in the order of the configuration', () => {
    const env = (...names: string[]): object =>
      pod({ containers: [{ name: 'a', env: names.map((name) => ({ name })) }] });
    const made = apply(undefined, env('A', 'B'));
    const { spec } = apply(made, env('C', 'B', 'A'));
    expect(spec).toEqual({ containers: [{ name: 'a', env: [{ name: 'C' }, { name: 'B' }, { name: 'A' }] }] });
  });

  it('does not take an object that nobody is known to own', () => {
    const stored = map({ a: '1', b: '2' }) as Object_;
    expect(refusal(() => apply(stored, map({ a: '2' }))).message).toContain('"before-first-apply" using v1: .data.a');
    const applied = apply(stored, map({ a: '1' }));
    expect(apply(applied, map(undefined)).data).toEqual({ a: '1', b: '2' });
  });

  it('reads YAML, and JSON with what it has twice', () => {
    const kind = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps' } as Kind;
    const run = (text: string) =>
      createApplyPatch({ now: () => NOW })(
        'application/apply-patch+yaml',
        Buffer.from(text),
        undefined,
        kind,
        new URLSearchParams('fieldManager=x'),
      );
    expect(run('metadata:\n  name: c\ndata: {a: "1", b: null}\n')).toMatchObject({
      created: true,
      object: { data: { a: '1' } },
    });
    expect(run('{metadata: {name: c}}')).toMatchObject({ object: { metadata: { name: 'c' } } });
    expect(run('{"data":{"a":"1","a":"2"}}').strictProblems).toEqual(['duplicate field "data.a"']);
  });

  it('lets an update name a variable and a port twice, which have one owner then', () => {
    const twice = (value: string, name = 'app'): object =>
      pod({
        containers: [
          {
            name,
            env: [{ name: 'A', value: '1' }, { name: 'A', value }, { name: 'A' }],
            ports: [{ containerPort: 80 }, { containerPort: 80 }],
          },
        ],
      });
    const created = update(undefined, twice('2'), 'x', 'Pod');
    expect(created).toMatchObject(twice('2'));
    const changed = update(created, { ...created, ...twice('3'), metadata: created.metadata }, 'y', 'Pod');
    const variable = { 'k:{"name":"A"}': {} };
    expect(owners(changed)).toMatchObject({
      x: { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { 'f:ports': expect.any(Object) } } } },
      y: { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { 'f:env': variable } } } },
    });
    const other = update(changed, { ...changed, ...twice('3', 'other'), metadata: changed.metadata }, 'z', 'Pod');
    expect(Object.keys(owners(other))).toEqual(['z']);
  });

  it.each([
    ['no manager', map({}), '', 422, 'is required for apply patch'],
    ['a wrong force', map({}), 'fieldManager=x&force=maybe', 400, 'force'],
    ['managed fields', map({}, { managedFields: [] }), undefined, 400, 'metadata.managedFields must be nil'],
    ['no object', [], undefined, 400, 'expected an object'],
    ['two items with one key', pod({ containers: [{ name: 'a' }, { name: 'a' }] }), undefined, 400, '{"name":"a"}'],
    ['an item without its key', pod({ containers: [{ image: 'a' }] }), undefined, 400, 'name'],
    ['an item that is none', pod({ containers: ['a'] }), undefined, 400, 'name'],
  ])('is refused with %s', (_, configuration, query, code, message) => {
    const error = refusal(() => apply(undefined, configuration, query));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('gives each manager what it applied last, whoever applies in whichever order', () => {
    const data = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'toString'), fc.constantFrom('1', '2'));
    const steps = fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z'), data), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(steps, (list) => {
        let object: Object_ | undefined;
        for (const [manager, values] of list) {
          object = apply(object, map(values), `fieldManager=${manager}&force=1`);
          expect(object.data ?? {}).toMatchObject(values);
        }
        for (const manager of ['x', 'y', 'z']) object = apply(object, map(undefined), `fieldManager=${manager}`);
        // Nobody wants anything any more; an empty map may have been wanted.
        expect(Object.keys(object?.data ?? {})).toEqual([]);
      }),
    );
  });
});

describe('an update', () => {
  it('gives its manager what it changed, and takes it from others', () => {
    const made = apply(undefined, map({ a: '1', b: '2' }));
    const edited = update(made, { ...made, data: { a: '9', c: '3' } }, 'kubectl-edit');
    expect(owners(edited)).toEqual({ 'kubectl-edit': { 'f:data': { 'f:a': {}, 'f:c': {} } } });
    expect(edited.metadata.managedFields?.[0]).toMatchObject({ operation: 'Update', time: '2026-01-02T03:04:05Z' });
  });

  it('that changes nothing changes no owner', () => {
    const made = apply(undefined, map({ a: '1' }));
    expect(update(made, structuredClone(made), 'kubectl-edit')).toEqual(made);
    expect(update(made, map({ a: '1' }), 'kubectl-edit')).toEqual(made);
  });

  it('may change the managed fields themselves, or forget them', () => {
    const made = apply(undefined, map({ a: '1' }));
    const [entry] = made.metadata.managedFields ?? [];
    const renamed = structuredClone(made);
    renamed.metadata.managedFields = [{ ...entry, manager: 'helm' }];
    expect(Object.keys(owners(update(made, renamed, 'kubectl')))).toEqual(['helm']);
    for (const empty of [[], [{}]]) {
      const forgotten = update(made, map({ a: '1' }, { managedFields: empty }), 'kubectl');
      expect(forgotten.metadata).not.toHaveProperty('managedFields');
    }
    const broken = map({ a: '1' }, { managedFields: [{ operation: 'Apply', fieldsV1: { data: {} } }] });
    expect(refusal(() => update(made, broken, 'kubectl')).code).toBe(400);
  });
});
