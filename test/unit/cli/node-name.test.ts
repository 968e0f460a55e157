import { describe, expect, it } from '@jest/globals';
import { nodeNameOf, runNodeName } from '../../../src/cli/node-name.js';

describe('nodeNameOf', () => {
  it.each([
    ['vm', 'vm'],
    ['MacBook-Pro.local', 'macbook-pro.local'],
    ['my_host name', 'my-host-name'],
    ['-odd-.host-', 'odd.host'],
    ['***', 'localhost'],
  ])('makes %s into %s', (hostname, name) => {
    expect(nodeNameOf(hostname)).toBe(name);
  });
});

describe('runNodeName', () => {
  it('is one DNS label of this process', () => {
    expect(runNodeName('MacBook-Pro.local', 4711)).toBe('macbook-pro-run-4711');
    expect(runNodeName('x'.repeat(80), 4711)).toHaveLength(63);
  });
});
