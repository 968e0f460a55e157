import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { useKubectl } from '../../support/kubectl-agent.js';
import { podManifest, UNTIL_TERMINATED } from '../../support/pod-manifest.js';

const cluster = useKubectl('kubectl-clients');

/** The one of the distribution: its packages are not seen by others. */
const PYTHON = '/usr/bin/python3';
const hasClient = spawnSync(PYTHON, ['-c', 'import kubernetes']).status === 0;

describe('programs in other languages', () => {
  it('are answered with JSON when they ask with the token and nothing else', async () => {
    const { dataDir, agent, shell } = cluster;
    const url = `${String(agent.url)}/api/v1/namespaces/default`;
    const script = `fetch(process.argv[1], { headers: { authorization: 'Bearer ' + process.argv[2] } })
      .then(async (answer) => console.log((await answer.json()).kind))`;
    expect(
      await shell.ok(
        `NODE_EXTRA_CA_CERTS=${dataDir}/pki/ca.crt node -e "${script}" ${url} "$(cat ${dataDir}/pki/token)"`,
      ),
    ).toBe('Namespace\n');
  });

  it('in JavaScript inform themselves, watch, read logs, execute, patch and delete', async () => {
    const { shell } = cluster;
    await shell.file('javascript.json', podManifest('javascript', `echo hello; ${UNTIL_TERMINATED}`));
    const program = join(process.cwd(), 'test', 'support', 'javascript-client.mjs');
    expect(await shell.json(`${process.execPath} ${program} ${shell.kubeconfig} javascript.json`)).toEqual({
      cached: ['javascript'],
      log: 'hello\n',
      exec: ['javascript\n', 'oops\n', '3'],
      patched: ['javascript'],
      informer: expect.arrayContaining(['add Pending', 'update Running', expect.stringMatching(/^delete /)]),
      watch: ['ADDED', 'MODIFIED', 'DELETED'],
      left: 0,
      missing: 404,
    });
  });

  // Debian has the package, and scripts/kubectl.mjs installs it where it may; CI must have it.
  if (hasClient || process.env['CI'] === 'true')
    it('in Python create, watch, read logs, execute, patch and delete', async () => {
      const { shell } = cluster;
      await shell.file('pod.json', podManifest('python', `echo hello; ${UNTIL_TERMINATED}`));
      const program = join(process.cwd(), 'test', 'support', 'python-client.py');
      expect(await shell.json(`${PYTHON} -W ignore ${program} ${shell.kubeconfig} pod.json`)).toEqual({
        version: expect.stringMatching(/^v1\./),
        phases: expect.arrayContaining(['ADDED Pending', 'MODIFIED Running']),
        log: 'hello\n',
        followed: 'hello',
        exec: 'python\n',
        interactive: 'got hello\n',
        exitCode: 3,
        patched: ['python'],
        events: expect.arrayContaining(['Created', 'Pulled', 'Started']),
        deleted: 'python',
        missing: [404, 'NotFound'],
      });
    });
});
