import { describe, expect, it } from '@jest/globals';
import { computeRemoved, keptText, removedText, withoutClaims } from '../../../../src/cli/gc/removed.js';
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

describe('volumes of claims', () => {
  const CLAIM = { ...owner, name: 'kubelette_pvc-1', podUid: '', claim: 'default/data' };
  const WITH_CLAIM: Inventory = { ...BEFORE, volumes: [...BEFORE.volumes, CLAIM] };

  it('stay unless they are asked for', () => {
    expect(withoutClaims(WITH_CLAIM)).toEqual(BEFORE);
    expect(keptText(1)).toBe('kept 1 volume of claims, --claims removes them too\n');
    expect(keptText(2)).toContain('2 volumes');
    expect(keptText(0)).toBe('');
  });

  it('are named for their claim', () => {
    const text = removedText(computeRemoved({ ...EMPTY, volumes: [CLAIM] }, EMPTY));
    expect(text).toContain('volume kubelette_pvc-1 of claim default/data on node vm removed\n');
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
