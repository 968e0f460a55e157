import { describe, expect, it } from '@jest/globals';
import { containerName, parseContainerName, sandboxName } from '../../../src/docker/names.js';

const pod = { uid: '9a8b', namespace: 'kube-system', name: 'web.example' };

describe('container names', () => {
  it('follow from pod, container and attempt', () => {
    expect(containerName(pod, 'app', 12)).toBe('kubelette_app_web.example_kube-system_9a8b_12');
    expect(sandboxName(pod, 0)).toBe('kubelette_POD_web.example_kube-system_9a8b_0');
  });

  it('are understood again, with and without the slash of the engine', () => {
    const parsed = { pod, container: 'app', attempt: 12 };
    expect(parseContainerName(containerName(pod, 'app', 12))).toEqual(parsed);
    expect(parseContainerName(`/${containerName(pod, 'app', 12)}`)).toEqual(parsed);
  });

  it.each([
    'web',
    'k8s_app_web_default_u_0',
    'kubelette_app_web_default_u',
    'kubelette_app_web_default_u_x',
    'kubelette__w_d_u_0',
  ])('of others, like %s, are not', (name) => {
    expect(parseContainerName(name)).toBeUndefined();
  });
});
