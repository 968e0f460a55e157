import { expect, it } from '@jest/globals';
import { ownerText, parseOwner } from '../../../src/abandoned.js';
import { isAlive, ownIdentity } from '../../../src/data-dir/process-identity.js';

it('the owner on a label is this process: where, which, and since when', async () => {
  const own = await ownIdentity();
  expect(await ownerText()).toBe([own.bootId, own.pidNamespace, process.pid, own.startTime].join('/'));
  expect(await ownerText()).not.toContain(' ');
});

it('the owner lives, but not once its number was given to somebody else', async () => {
  const own = await ownIdentity();
  expect(await isAlive(own)).toBe(true);
  expect(await isAlive({ ...own, startTime: '1' })).toBe(false);
  expect(await isAlive({ ...own, pidNamespace: 'pid:[1]' })).toBe('unknown');
});

it('a label that is not ours names nobody, one of ours names its process', async () => {
  expect(parseOwner(await ownerText())).toEqual(await ownIdentity());
  expect(parseOwner('//17/')).toEqual({ bootId: '', pidNamespace: '', pid: 17, startTime: '' });
  const foreign = ['', 'kubelette', 'boot/pid:[1]/17', 'boot/ns/17/99/more', 'boot/ns/seventeen/99', 'boot/ns//99'];
  expect(foreign.map(parseOwner).filter((owner) => owner !== undefined)).toEqual([]);
});
