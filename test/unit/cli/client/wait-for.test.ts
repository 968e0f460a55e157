import { describe, expect, it } from '@jest/globals';
import { parseWaitFor } from '../../../../src/cli/client/wait-for.js';

const POD = {
  metadata: { name: 'web' },
  status: {
    phase: 'Running',
    podIPs: [{ ip: '10.0.0.1' }],
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Initialized', status: 'False' },
    ],
  },
};

describe('parseWaitFor', () => {
  it.each([
    ['condition=Ready', true],
    ['condition=ready=TRUE', true],
    ['condition=Ready=false', false],
    ['condition=Initialized', false],
    ['condition=Initialized=False', true],
    ['condition=Other', false],
    ['jsonpath={.status.phase}=Running', true],
    [`jsonpath='{.status.phase}'=Running`, true],
    ['jsonpath={.status.phase}=Pending', false],
    ['jsonpath={.status.podIPs[0].ip}', true],
    ['jsonpath={.status.podIPs[1].ip}', false],
    [`jsonpath={.status['phase']}="Running"`, true],
    ['jsonpath={.status.hostIP}', false],
  ])('%s is met: %p', (text, met) => {
    const goal = parseWaitFor(text);
    expect(goal.kind === 'match' && goal.met(POD)).toBe(met);
  });

  it('knows delete and create', () => {
    expect([parseWaitFor('delete').kind, parseWaitFor('create').kind]).toEqual(['delete', 'create']);
  });

  it('refuses what it does not know, in the words of kubectl where it has some', () => {
    expect(() => parseWaitFor('foo')).toThrow('unrecognized condition: "foo"');
    expect(() => parseWaitFor('jsonpath={.items[*].x}')).toThrow('only fields and indexes');
  });
});
