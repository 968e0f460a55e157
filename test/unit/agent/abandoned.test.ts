import { hostname } from 'node:os';
import { expect, it } from '@jest/globals';
import { ownerText, parseOwner } from '../../../src/abandoned.js';
import { isAlive, ownIdentity } from '../../../src/data-dir/process-identity.js';

it('the owner on a label is this process: where, which, and since when', async () => {
  const own = await ownIdentity();
  expect(await ownerText()).toBe([hostname(), own.bootId, own.pidNamespace, process.pid, own.startTime].join('/'));
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
  expect(parseOwner(`${hostname()}///17/`)).toEqual({ bootId: '', pidNamespace: '', pid: 17, startTime: '' });
  const here = hostname();
  const foreign = [
    '',
    'kubelette',
    `${here}/boot/pid:[1]/17`,
    `${here}/boot/ns/17/99/more`,
    `${here}/boot/ns/seventeen/99`,
    `${here}/boot/ns//99`,
    'another-machine/boot/ns/17/99',
  ];
  expect(foreign.map(parseOwner).filter((owner) => owner !== undefined)).toEqual([]);
});
