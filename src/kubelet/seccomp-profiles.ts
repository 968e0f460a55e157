import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import type { Container, Pod } from '../api/schema/pod.js';
import { errorMessage, KubeletteError } from '../lib/errors.js';
import { localhostSeccomp } from './core/spec/security.js';

/** Profiles of the agent's machine that pods may name. Their text goes to the engine, which need not see the files. */
export class SeccompProfiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Text of the profile a container asks for; undefined when it asks for none.
   *
   * @throws KubeletteError `NotFound` in the kubelet's words when it cannot be read
   * Source: kubelet pkg/kubelet/kuberuntime/helpers.go, cri-dockerd core/security_context.go
   */
  async of(pod: Pod, container: Container): Promise<string | undefined> {
    const name = localhostSeccomp(pod, container);
    if (name === undefined) return undefined;
    const path = join(this.#directory, normalize(join('/', name)));
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      throw new KubeletteError(
        'NotFound',
        `cannot load seccomp profile ${JSON.stringify(path)}: ${errorMessage(error)}`,
      );
    }
  }
}
