import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeBody } from '../../../../src/apiserver/protobuf/decode-body.js';
import { StatusError } from '../../../../src/apiserver/http/status-error.js';
import type { ApiRequest } from '../../../../src/apiserver/http/types.js';
import type { Kind } from '../../../../src/apiserver/resources/kind.js';
import type { DecodedBody } from '../../../../src/apiserver/resources/ports.js';
import { kubectlBodies } from './kubectl-bodies.js';
import { bytes, envelope, int } from './wire-writer.js';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const podKind = { group: '', version: 'v1', kind: 'Pod' } as Kind;

function decode(body: Buffer | string, contentType?: string, kind?: Kind): Promise<DecodedBody> {
  const headers = contentType === undefined ? {} : { 'content-type': contentType };
  return decodeBody({ headers, body: async () => Buffer.from(body) } as unknown as ApiRequest, kind);
}

const decodeBytes = async (body: Buffer): Promise<unknown> => (await decode(body, PROTOBUF)).object;

async function refusal(body: Buffer | string, contentType?: string): Promise<StatusError> {
  const error: unknown = await decode(body, contentType).catch((thrown: unknown) => thrown);
  if (!(error instanceof StatusError)) throw new Error(`not refused: ${JSON.stringify(error)}`);
  return error;
}

describe('the body of a request', () => {
  it('is JSON by its content type, parameters and all, or without one', async () => {
    for (const type of ['application/json', 'Application/JSON; charset=utf-8', undefined]) {
      expect(await decode('{"a":null}', type)).toEqual({ object: { a: null } });
    }
  });

  it('is YAML', async () => {
    expect(await decode('kind: Pod\nmode: 0o17\n', 'application/yaml')).toEqual({ object: { kind: 'Pod', mode: 15 } });
  });

  it('gets the apiVersion and kind that the path says when it has none', async () => {
    const { object } = await decode('{"metadata":{},"kind":""}', undefined, podKind);
    expect(object).toEqual({ apiVersion: 'v1', kind: 'Pod', metadata: {} });
    expect(await decode('[]', undefined, podKind)).toEqual({ object: [] });
  });

  it('may be empty, whatever its type', async () => {
    expect(await decode('', 'text/plain')).toEqual({ object: undefined });
  });

  it('is refused with 415 when it is of another type', async () => {
    expect((await refusal('a=b', 'application/x-www-form-urlencoded')).toStatus()).toMatchObject({
      code: 415,
      reason: 'UnsupportedMediaType',
      message:
        'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    });
  });

  it('names the fields that JSON has twice, and takes the last', async () => {
    const text = '{"data":{"a":"{\\"a\\":[1,","b":"x" , "a" :"2"},"l":[{"n":1},{"n":1,"n":2}],"data":{"c":"d"}}';
    expect(await decode(text)).toEqual({
      object: { data: { c: 'd' }, l: [{ n: 1 }, { n: 2 }] },
      strictProblems: ['duplicate field "data.a"', 'duplicate field "l[1].n"', 'duplicate field "data"'],
    });
  });

  it.each([
    ['no JSON', '{"password":"hunter2"', undefined],
    ['no YAML', 'password: [hunter2', 'application/yaml'],
    ['two documents', 'a: hunter2\n---\nb: hunter2\n', 'application/yaml'],
    ['a duplicate in YAML', 'a: hunter2\na: hunter2\n', 'application/yaml'],
    ['no UTF-8', Buffer.from('7b22ff227d', 'hex'), undefined],
    ['lists too deep', '['.repeat(100_000), undefined],
    ['objects too deep', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, undefined],
    ['a name that reaches the prototype', '{"a":{"__proto__":{"hunter2":1}}}', undefined],
    ['the same, escaped', '{"\\u005f_proto__":{"hunter2":1}}', undefined],
    ['the same in YAML', 'a:\n  __proto__:\n    hunter2: 1\n', 'application/yaml'],
  ])('is refused with 400 and without quoting it: %s', async (_, body, type) => {
    const error = await refusal(body, type);
    expect(error.code).toBe(400);
    expect(error.message).not.toContain('hunter2');
  });
});

describe('a protobuf body', () => {
  it('of kubectl is the object that kubectl made', async () => {
    const decoded = await Promise.all(
      Object.entries(kubectlBodies).map(async ([name, base64]) => [
        name,
        await decodeBytes(Buffer.from(base64, 'base64')),
      ]),
    );
    expect(Object.fromEntries(decoded)).toMatchObject({
      configmaps: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cm' }, data: { a: 'b', e: '' } },
      secrets: { kind: 'Secret', data: { p: 'eA==' } },
      deployments: {
        apiVersion: 'apps/v1',
        spec: {
          replicas: 0,
          template: { spec: { containers: [{ name: 'nginx', image: 'nginx', ports: [{ containerPort: 80 }] }] } },
        },
      },
      services: { spec: { ports: [{ name: '80-8080', protocol: 'TCP', port: 80, targetPort: 8080 }] } },
      token: { kind: 'TokenRequest', spec: { audiences: ['x'], expirationSeconds: 3600 } },
      selfsubjectaccessreviews: { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } },
      cronjobs: { spec: { schedule: '* * * * *', jobTemplate: { spec: { template: {} } } } },
    });
  });

  it('is known by its first bytes when it has no content type', async () => {
    expect(await decode(envelope('v1', 'ConfigMap'))).toEqual({ object: { apiVersion: 'v1', kind: 'ConfigMap' } });
  });

  it('may be of another kind than the path: options, evictions', async () => {
    const options = envelope('policy/v1', 'DeleteOptions', int(1, 0), bytes(4, 'Background'), bytes(5, 'All'));
    expect(await decodeBytes(options)).toMatchObject({
      gracePeriodSeconds: 0,
      propagationPolicy: 'Background',
      dryRun: ['All'],
    });
    const eviction = envelope('policy/v1beta1', 'Eviction', bytes(1, bytes(1, 'web')), bytes(2, int(1, 5)));
    expect(await decodeBytes(eviction)).toMatchObject({
      metadata: { name: 'web' },
      deleteOptions: { gracePeriodSeconds: 5 },
    });
  });

  it('keeps zeros that were meant and drops those that were not', async () => {
    const container = bytes(2, bytes(1, 'c'), int(16, 0), bytes(5, ''), bytes(6, int(2, 0), int(3, 80)));
    const spec = bytes(2, container, int(4, 0), int(11, 0), int(21, 0));
    expect(await decodeBytes(envelope('v1', 'Pod', spec))).toMatchObject({
      spec: {
        containers: [{ name: 'c', ports: [{ containerPort: 80 }] }],
        terminationGracePeriodSeconds: 0,
        automountServiceAccountToken: false,
      },
    });
    const text = JSON.stringify(await decodeBytes(envelope('v1', 'Pod', spec)));
    expect(text).not.toMatch(/hostNetwork|stdin|workingDir|hostPort/);
  });

  it('puts the fields of embedded messages where JSON has them', async () => {
    const source = bytes(2, bytes(19, bytes(1, bytes(1, 'conf')), int(3, 420)));
    const probe = bytes(10, bytes(1, bytes(2, bytes(1, '/live'), bytes(2, int(1, 1), bytes(3, 'http')))), int(4, 7));
    const spec = bytes(2, bytes(1, bytes(1, 'v'), source), bytes(2, bytes(1, 'c'), probe));
    expect(await decodeBytes(envelope('v1', 'Pod', spec))).toMatchObject({
      spec: {
        volumes: [{ name: 'v', configMap: { name: 'conf', defaultMode: 420 } }],
        containers: [{ livenessProbe: { httpGet: { path: '/live', port: 'http' }, periodSeconds: 7 } }],
      },
    });
  });

  it('gives times, amounts, signed numbers and packed lists their JSON forms', async () => {
    const meta = bytes(1, bytes(8, int(1, 1_700_000_000)), bytes(9), int(10, 30));
    const exits = bytes(11, bytes(1, bytes(2, bytes(3, Buffer.from([1, 0xac, 2])))));
    const priority = bytes(6, bytes(2, int(25, -5), bytes(32, bytes(1, 'cpu'), bytes(2, bytes(1, '250m')))));
    expect(await decodeBytes(envelope('batch/v1', 'Job', meta, bytes(2, exits, priority)))).toMatchObject({
      metadata: { creationTimestamp: '2023-11-14T22:13:20Z', deletionGracePeriodSeconds: 30 },
      spec: {
        podFailurePolicy: { rules: [{ onExitCodes: { values: [1, 300] } }] },
        template: { spec: { priority: -5, overhead: { cpu: '250m' } } },
      },
    });
    const lease = envelope('coordination.k8s.io/v1', 'Lease', bytes(2, bytes(4, int(1, 1), int(2, 5_000))));
    expect(await decodeBytes(lease)).toMatchObject({ spec: { renewTime: '1970-01-01T00:00:01.000005Z' } });
  });

  it('may have fields that are newer than this', async () => {
    const body = envelope('v1', 'ConfigMap', int(900, 1), bytes(901, 'x'), Buffer.from([0x7d, 1, 2, 3, 4]));
    expect(await decodeBytes(body)).toMatchObject({ kind: 'ConfigMap' });
  });

  it.each<[string, Buffer]>([
    ['other bytes', Buffer.from('{"kind":"Pod"}')],
    ['a kind that is not known', envelope('v1', 'Gadget')],
    ['a kind of another group', envelope('apps/v1', 'Pod')],
    ['the name of an object method', envelope('v1', 'constructor')],
    ['a message that is no kind', envelope('v1', 'PodSpec')],
    ['a field longer than its message', Buffer.concat([envelope('v1', 'Pod'), Buffer.from([0x12, 0x7f, 1])])],
    ['a number of 80 bits', envelope('v1', 'Pod', Buffer.alloc(12, 0xff))],
    ['a group', envelope('v1', 'Pod', Buffer.from([0x0b]))],
    ['field number 0', envelope('v1', 'Pod', Buffer.from([0x00, 0x00]))],
    ['text where a number belongs', envelope('v1', 'Pod', bytes(2, bytes(4, 'x')))],
    ['a number where text belongs', envelope('v1', 'Pod', bytes(1, int(1, 1)))],
    ['text that is not UTF-8', envelope('v1', 'Pod', bytes(1, bytes(1, Buffer.from([0xff]))))],
    ['a map with the name of a prototype', envelope('v1', 'ConfigMap', bytes(2, bytes(1, '__proto__'), bytes(2, 'x')))],
    ['a number that is not exact', envelope('v1', 'Pod', bytes(2, int(4, 2n ** 62n)))],
    ['a time beyond time', envelope('v1', 'Pod', bytes(1, bytes(8, int(1, 2n ** 60n))))],
    ['field sets that are no JSON', envelope('v1', 'Pod', bytes(1, bytes(17, bytes(7, bytes(1, '{')))))],
    ['too many values', envelope('v1', 'ConfigMap', Buffer.alloc(200_002, int(4, 1)))],
  ])('is refused with 400: %s', async (_, body) => {
    expect((await refusal(body, PROTOBUF)).code).toBe(400);
  });

  it('never makes the server stumble, whatever its bytes are', async () => {
    const seeds = Object.values(kubectlBodies).map((base64) => Buffer.from(base64, 'base64'));
    const damage = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...seeds), damage, fc.nat(400), async (seed, changes, cut) => {
        const body = Buffer.from(seed.subarray(0, cut > 300 ? seed.length : 8 + cut));
        for (const [at, byte] of changes) body[4 + (at % (body.length - 4))] = byte;
        const outcome: unknown = await decode(body, PROTOBUF).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'StatusError', code: 400 });
      }),
      { numRuns: 2_000 },
    );
  });
});
