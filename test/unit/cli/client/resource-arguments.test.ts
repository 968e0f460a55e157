import { describe, expect, it } from '@jest/globals';
import { Discovery } from '../../../../src/cli/client/discovery.js';
import type { ApiClient } from '../../../../src/cli/client/api-client.js';
import { readResourceArguments } from '../../../../src/cli/client/resource-arguments.js';

const entry = (resource: string, kind: string, more: object = {}): object => ({
  resource,
  responseKind: { kind },
  scope: 'Namespaced',
  singularResource: kind.toLowerCase(),
  verbs: ['get', 'list'],
  ...more,
});
const group = (version: string, resources: readonly object[], name?: string): object => ({
  metadata: name === undefined ? {} : { name },
  versions: [{ version, resources }],
});
const ANSWERS: Readonly<Record<string, object>> = {
  '/api': {
    items: [
      group('v1', [
        entry('pods', 'Pod', { shortNames: ['po'], categories: ['all'] }),
        entry('configmaps', 'ConfigMap', { shortNames: ['cm'] }),
        entry('events', 'Event', { shortNames: ['ev'] }),
      ]),
    ],
  },
  '/apis': {
    items: [
      group('v1', [entry('leases', 'Lease')], 'coordination.k8s.io'),
      group('v1', [entry('events', 'Event', { shortNames: ['ev'] })], 'events.k8s.io'),
    ],
  },
};

/** What is chosen, and what the server was asked for. */
async function read(...args: readonly string[]) {
  const asked: string[] = [];
  const client = {
    text: async ({ path }: { readonly path: string }) => {
      asked.push(path);
      const contentType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
      return { status: 200, contentType, text: JSON.stringify(ANSWERS[path]) };
    },
  };
  // The one method that discovery calls.
  const discovery = new Discovery(client as unknown as ApiClient, new AbortController().signal);
  const selection = await readResourceArguments(args, discovery);
  const chosen =
    selection.kind === 'types'
      ? selection.types.map(({ group: name, plural }) => `${name}/${plural}`)
      : selection.objects.map(({ name, resource }) => `${resource.group}/${resource.plural} ${name}`);
  return { chosen, asked };
}

describe('readResourceArguments', () => {
  it.each([
    [['pods'], ['/pods']],
    [['po'], ['/pods']],
    [['Pod'], ['/pods']],
    [['po,cm,pods'], ['/pods', '/configmaps']],
    [
      ['pod', 'a', 'b'],
      ['/pods a', '/pods b'],
    ],
    [
      ['pod/a', 'cm/b'],
      ['/pods a', '/configmaps b'],
    ],
    [['all'], ['/pods']],
    [['leases'], ['coordination.k8s.io/leases']],
    [['ev'], ['/events']],
    [['events.events.k8s.io'], ['events.k8s.io/events']],
    [['events.v1.events.k8s.io'], ['events.k8s.io/events']],
  ])('%p names %p', async (args, chosen) => {
    expect((await read(...args)).chosen).toEqual(chosen);
  });

  it('asks for the core group alone when what is named is in it', async () => {
    expect((await read('po,cm')).asked).toEqual(['/api']);
    expect((await read('leases')).asked).toEqual(['/api', '/apis']);
  });

  it.each([
    [['nosuch'], 'the server doesn\'t have a resource type "nosuch"'],
    [['pods/'], 'must have a single resource and name'],
    [['pods/a/b'], 'may not have more than one slash'],
    [[], 'Required resource not specified.'],
  ])('refuses %p', async (args: readonly string[], message) => {
    await expect(read(...args)).rejects.toThrow(message);
  });
});
