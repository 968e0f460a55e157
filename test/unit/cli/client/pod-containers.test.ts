import { expect, it } from '@jest/globals';
import { chooseContainer, startOrder } from '../../../../src/cli/client/pod-containers.js';

const POD = {
  metadata: { name: 'web' },
  spec: {
    containers: [{ name: 'a' }, { name: 'b' }],
    initContainers: [{ name: 'ini' }],
    ephemeralContainers: [{ name: 'debug' }],
  },
};

it('chooses the first container and names all the others', () => {
  expect(chooseContainer(POD)).toEqual({
    name: 'a',
    notice: 'Defaulted container "a" out of: a, b, ini (init), debug (ephem)',
  });
});

it('chooses the annotated container, and the only one, without a word', () => {
  const annotations = { 'kubectl.kubernetes.io/default-container': 'b' };
  expect(chooseContainer({ ...POD, metadata: { name: 'web', annotations } })).toEqual({ name: 'b' });
  expect(chooseContainer({ metadata: POD.metadata, spec: { containers: [{ name: 'a' }] } })).toEqual({ name: 'a' });
});

it('orders containers as they start', () => {
  expect(startOrder(POD)).toEqual(['ini', 'a', 'b', 'debug']);
});
