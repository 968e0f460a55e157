import { expect, it } from '@jest/globals';
import { defaultPod } from '../../../../src/api/defaults.js';
import type { PodSpec } from '../../../../src/api/schema/pod.js';
import { validatePod } from '../../../../src/api/validate.js';
import { aContainer, aPod } from '../../../support/builders.js';

const RESTART = { resourceName: 'memory', restartPolicy: 'RestartContainer' } as const;
const KEEP = { resourceName: 'memory', restartPolicy: 'NotRequired' } as const;
type Policies = readonly (typeof RESTART | typeof KEEP)[];

it.each<[string, PodSpec['restartPolicy'], Policies, string[]]>([
  ['a restart in a pod that restarts', 'OnFailure', [RESTART], []],
  ['no restart in one that does not', 'Never', [KEEP], []],
  [
    'a restart in one that does not',
    'Never',
    [RESTART],
    ["Invalid value: \"RestartContainer\": must be 'NotRequired' when `restartPolicy` is 'Never'"],
  ],
  ['two policies for one resource', 'Always', [KEEP, RESTART], ['Duplicate value: "memory"']],
])('resize policies: %s', (_what, restartPolicy, policies, problems) => {
  const container = aContainer('app', { resizePolicy: [...policies] });
  const pod = defaultPod(aPod({ containers: [container], ...(restartPolicy === undefined ? {} : { restartPolicy }) }));
  expect(validatePod(pod).map(({ message }) => message)).toEqual(
    problems.map((problem) => `spec.containers[0].resizePolicy: ${problem}`),
  );
});
