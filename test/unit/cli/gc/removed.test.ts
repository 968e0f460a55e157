import { describe, expect, it } from '@jest/globals';
import { computeRemoved, removedText } from '../../../../src/cli/gc/removed.js';
import type { Inventory } from '../../../../src/docker/inventory.js';

const owner = { nodeName: 'vm', agentId: '', owner: '' };
const BEFORE: Inventory = {
  containers: [
    {
      ...owner,
      id: 'c1',
      role: 'container',
      container: 'app',
      pid: 0,
      pod: { uid: 'u1', namespace: 'default', name: 'web' },
    },
  ],
  volumes: [{ ...owner, name: 'kubelette_u1_pages', podUid: 'u1' }],
  networks: [{ id: 'n1', name: 'kubelette' }],
};
const EMPTY: Inventory = { containers: [], volumes: [], networks: [] };

describe('computeRemoved', () => {
  it('is what is no longer there', () => {
    expect(computeRemoved(BEFORE, { ...EMPTY, networks: BEFORE.networks })).toEqual([
      { kind: 'container', id: 'c1', nodeName: 'vm', container: 'app', pod: 'default/web' },
      { kind: 'volume', id: 'kubelette_u1_pages', nodeName: 'vm', pod: 'default/web' },
    ]);
  });
});

describe('removedText', () => {
  it('names each thing and counts', () => {
    expect(removedText(computeRemoved(BEFORE, EMPTY))).toBe(
      [
        'container app of pod default/web on node vm removed',
        'volume kubelette_u1_pages of pod default/web on node vm removed',
        'network n1 removed',
        'removed 1 container, 1 volume, 1 network',
        '',
      ].join('\n'),
    );
  });

  it('says when there was nothing', () => {
    expect(removedText([])).toBe('nothing to remove\n');
  });
});
