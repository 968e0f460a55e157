import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { SeccompProfiles } from '../../../src/kubelet/seccomp-profiles.js';
import { aContainer, aPod } from '../../support/builders.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubelette-seccomp-'));
});
afterEach(() => rm(directory, { recursive: true }));

const profileOf = (localhostProfile: string): Promise<string | undefined> => {
  const pod = aPod({ securityContext: { seccompProfile: { type: 'Localhost', localhostProfile } } });
  return new SeccompProfiles(join(directory, 'seccomp')).of(pod, aContainer('app'));
};

it('a profile is read below the directory for them, and nowhere else', async () => {
  await mkdir(join(directory, 'seccomp', 'strict'), { recursive: true });
  await writeFile(join(directory, 'seccomp', 'strict', 'a.json'), '{}');
  await writeFile(join(directory, 'secret'), 'x');
  expect(await profileOf('strict/a.json')).toBe('{}');
  const path = JSON.stringify(join(directory, 'seccomp', 'secret'));
  await expect(profileOf('../secret')).rejects.toThrow(`cannot load seccomp profile ${path}: `);
});

it('nothing is read for a pod that names none', async () => {
  expect(await new SeccompProfiles('/nowhere').of(aPod(), aContainer('app'))).toBeUndefined();
});
