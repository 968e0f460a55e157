import { describe, expect, it } from '@jest/globals';
import type { PodHandle } from '../../../src/testing/pod-handle.js';
import { eventually } from '../../support/eventually.js';
import { findLine, readLines, useNode } from '../../support/node.js';

const kubelette = useNode();

async function applied(name: string): Promise<PodHandle> {
  const pod = await kubelette.node.apply(`manifests/${name}.yaml`);
  await pod.ready();
  return pod;
}

async function sh(pod: PodHandle, script: string, container?: string): Promise<string> {
  const options = container === undefined ? {} : { container };
  const { stderr, stdout } = await pod.exec(['sh', '-c', script], options);
  return stdout + stderr;
}

describe('volumes', () => {
  it('config-volume: keys are files, laid out so that a change is one step', async () => {
    const pod = await applied('config-volume');
    await findLine(pod.logs({ follow: true }), /^hello/);
    expect(await sh(pod, 'cd /etc/app; ls; cat app.conf; readlink app.conf; echo x > app.conf')).toMatch(
      /^app.conf\ngreeting\ncolour = red\n\.\.data\/app.conf\n.*Read-only file system/,
    );
  });

  it('secret-volume: one key, in memory, for the group only', async () => {
    const pod = await applied('secret-volume');
    await findLine(pod.logs({ follow: true }), /^15$/);
    expect(
      await sh(pod, "stat -L -c '%a %u:%g' /etc/login/key; ls /etc/login; mount | grep -c ' /etc/login type tmpfs'"),
    ).toBe('440 0:2000\nkey\n1\n');
  });

  it('downward-api: a pod knows itself', async () => {
    const pod = await applied('downward-api');
    await findLine(pod.logs({ follow: true }), /^downward-api/);
    expect(await sh(pod, 'cd /etc/pod; cat labels; echo; cat annotations; echo; cat memory-limit-in-mebibytes')).toBe(
      'app="downward-api"\nnote="two words"\n64',
    );
  });

  it('projected: several sources in one place, a token among them', async () => {
    const pod = await applied('projected');
    await findLine(pod.logs({ follow: true }), /^token$/);
    expect(await readLines(pod.logs())).toEqual(['about', 'endpoint', 'token']);
    expect(await sh(pod, 'cat /etc/all/about/name /etc/all/endpoint')).toBe('projectedhttps://example.org');
    const [, claims = ''] = (await sh(pod, 'cat /etc/all/token')).split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      aud: ['example.org'],
      sub: 'system:serviceaccount:default:default',
    });
  });

  it('claim: what is written outlives the pod', async () => {
    const first = await applied('claim');
    await findLine(first.logs({ follow: true }), /^started 1 times$/);
    await first.delete();
    const second = await applied('claim');
    await findLine(second.logs({ follow: true }), /^started 2 times$/);
  });

  it('sub-path: parts of one volume, and one file among those of the image', async () => {
    const pod = await applied('sub-path');
    const said = await eventually('it is said', async () => {
      const text = await sh(pod, 'cat /all/pods/sub-path/said', 'reader');
      return text === 'be nice to each other' && text;
    });
    expect(said).toBe('be nice to each other');
    expect(await sh(pod, 'ls /mine', 'writer')).toBe('said\n');
  });

  it('host-path: what the machine has, and what it lets make', async () => {
    const pod = await applied('host-path');
    expect(await sh(pod, 'test -s /host/hostname && test -d /shared && echo both')).toBe('both\n');
    expect(await sh(pod, 'echo x > /host/hostname')).toContain('Read-only file system');
  });

  it('shared-memory: both see it, and it has an end', async () => {
    const pod = await applied('shared-memory');
    await eventually('the note', async () => (await sh(pod, 'cat /dev/shm/note', 'reader')) === 'from the writer\n');
    expect(await sh(pod, 'df -k /dev/shm | tail -1', 'reader')).toMatch(/tmpfs\s+8192\s/);
    expect(await sh(pod, 'dd if=/dev/zero of=/dev/shm/x bs=1M count=9', 'writer')).toContain('No space left');
  });
});
