import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { discoveryRoutes } from '../../../../src/apiserver/discovery/discovery-routes.js';
import type { Route } from '../../../../src/apiserver/http/types.js';
import { allKinds } from '../../../../src/apiserver/kinds/all-kinds.js';
import { openApiRoutes } from '../../../../src/apiserver/openapi/openapi-routes.js';
import { kubectl134, oldKubectl } from '../../../support/kubectl.js';
import { startRouteServer, type RouteServer } from '../../../support/route-server.js';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const asked: string[] = [];
const noted = (route: Route): Route => ({
  ...route,
  handle: async (request, response) => {
    asked.push(request.path);
    return route.handle(request, response);
  },
});

/** Just enough for `create`: the server validates, and says that this one is good. */
const createPod: Route = {
  method: 'POST',
  pattern: '/api/v1/namespaces/:namespace/pods',
  handle: async () => ({
    kind: 'object',
    status: 201,
    object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' } },
  }),
};

let server: RouteServer;
let cache: string;
beforeAll(async () => {
  server = await startRouteServer(
    [...discoveryRoutes(allKinds), ...openApiRoutes({ kinds: allKinds, answers: [] }), createPod].map(noted),
  );
  cache = mkdtempSync(join(tmpdir(), 'kubelette-openapi-'));
});
afterAll(async () => {
  await server.close();
  rmSync(cache, { recursive: true });
});

function run(path: string, args: readonly string[], input = ''): Promise<Outcome> {
  const flags = ['--server', `http://127.0.0.1:${server.port}`, '--cache-dir', cache, '--kubeconfig', '/dev/null'];
  return new Promise((resolve) => {
    const child = execFile(path, [...flags, ...args], { timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

const manifest = (image: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - {name: app, ${image}: app}\n`;

describe('kubectl 1.34 with these documents', () => {
  const kubectl = (args: readonly string[], input?: string): Promise<Outcome> => run(kubectl134(), args, input);

  it('explains a field', async () => {
    const { stdout, stderr } = await kubectl(['explain', 'pods.spec.restartPolicy']);
    expect(stderr).toBe('');
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'FIELD: restartPolicy <string> ENUM: Always Never OnFailure DESCRIPTION: Restart policy for all containers',
    );
  });

  it.each(
    allKinds.map(({ kind, group, version, plural }) => [kind, group === '' ? version : `${group}/${version}`, plural]),
  )('explains all of %s of %s', async (kind, apiVersion, plural) => {
    const { code, stdout, stderr } = await kubectl(['explain', plural, '--recursive', `--api-version=${apiVersion}`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(kind);
    expect(stdout).toContain('metadata\t<ObjectMeta>');
    expect(stdout).not.toContain('<empty>');
  });

  it('explains what is nested: lists, maps, amounts', async () => {
    const { stdout } = await kubectl(['explain', 'pods', '--recursive']);
    for (const line of [
      '      ports\t<[]ContainerPort>',
      'limits\t<map[string]Quantity>',
      'port\t<IntOrString> -required-',
    ]) {
      expect(stdout).toContain(line);
    }
  });

  it('asks for a document only once', async () => {
    await kubectl(['explain', 'leases']);
    asked.length = 0;
    await kubectl(['explain', 'leases.spec']);
    expect(asked.filter((path) => path.startsWith('/openapi'))).toEqual(['/openapi/v3']);
  });

  it('leaves validation to the server', async () => {
    asked.length = 0;
    expect(await kubectl(['create', '-f', '-'], manifest('imagee'))).toMatchObject({
      code: 0,
      stdout: 'pod/web created\n',
    });
    expect(asked).not.toContain('/openapi/v2');
  });
});

const old = oldKubectl();
(old === undefined ? describe.skip : describe)('an old kubectl (KUBECTL_OLD) with these documents', () => {
  const kubectl = (args: readonly string[], input?: string): Promise<Outcome> => run(old ?? '', args, input);

  it('explains fields and all of a kind', async () => {
    expect((await kubectl(['explain', 'pods.spec.restartPolicy'])).stdout).toContain(
      'Restart policy for all containers',
    );
    const { stdout, stderr } = await kubectl(['explain', 'pods', '--recursive']);
    expect(stderr).toBe('');
    expect(stdout).toContain('imagePullPolicy\t<string>');
  });

  it('validates with them', async () => {
    expect(await kubectl(['create', '-f', '-'], manifest('image'))).toMatchObject({
      code: 0,
      stdout: 'pod/web created\n',
    });
    expect((await kubectl(['create', '-f', '-'], manifest('imagee'))).stderr).toContain(
      'unknown field "imagee" in io.k8s.api.core.v1.Container',
    );
  });
});
