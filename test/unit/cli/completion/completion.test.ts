import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { runCommandLine } from '../../../../src/cli/program.js';
import { FakeClock } from '../../../support/fake-clock.js';

async function kubelette(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  let out = '';
  const terminal = { out: { write: (text: unknown) => (out += String(text)) }, err: { write: () => true } };
  // No agent: what only it knows is not proposed, and that is no failure.
  const env = { KUBECONFIG: '/no/such/kubeconfig' };
  return { code: await runCommandLine(args, { ...terminal, env, clock: new FakeClock() }), out };
}

/** The words that are proposed, and the directives. */
async function proposed(...typed: readonly string[]): Promise<readonly string[]> {
  const { code, out } = await kubelette('__complete', ...typed);
  expect(code).toBe(0);
  return out.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']));
}

describe('what is proposed', () => {
  it.each([
    ['commands', ['desc'], ['describe']],
    ['commands after flags that go with all', ['-n', 'x', 'desc'], ['describe']],
    ['flags of the command', ['get', '--show-l'], ['--show-labels']],
    ['formats of the command', ['get', 'pods', '-o', ''], ['wide', 'json', 'yaml', 'name']],
    ['formats after =', ['delete', '--output='], ['--output=name']],
    ['choices of a flag', ['run', '--view', ''], ['logs', 'table']],
    ['choices of an argument', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['files where a flag wants one', ['apply', '-f', ''], [':files']],
    ['files beside pods', ['cp', './x'], [':files', ':nospace']],
    ['words that go on, without a blank', ['wait', '--for', 'j'], ['jsonpath=', ':nospace']],
    ['nothing of the container’s own command', ['exec', 'web', '--', ''], []],
    ['nothing that only an agent knows, when there is none', ['get', 'pods', ''], []],
    ['nothing for words nobody knows', ['nosuch', ''], []],
  ])('%s', async (_what, typed, expected) => {
    expect(await proposed(...typed)).toEqual(expected);
  });

  it('comes with what it is', async () => {
    expect((await kubelette('__complete', 'versio')).out).toMatch(/^version\tprint the version/);
  });

  it('is no command that help mentions', async () => {
    expect((await kubelette('--help')).out).not.toContain('__complete');
  });
});

describe('the scripts', () => {
  it('have no syntax errors, as far as bash can say of its own', async () => {
    const { out } = await kubelette('completion', 'bash');
    expect(spawnSync('bash', ['-n'], { input: out })).toMatchObject({ status: 0 });
  });

  it('make bash complete, also behind characters at which it takes words apart', async () => {
    const { out } = await kubelette('completion', 'bash');
    const test = `${out}
      kubelette() { printf '%s\\n' web: web-2: --output=json; }
      ask() { COMP_LINE=$1 COMP_POINT=\${#1}; _kubelette kubelette; echo "\${COMPREPLY[*]}"; }
      ask 'kubelette cp we'; ask 'kubelette get --output=j'`;
    // Behind a "=" only what follows it is asked for.
    expect(spawnSync('bash', { input: test }).stdout.toString()).toBe('web: web-2: --output=json\nweb: web-2: json\n');
  });

  it.each([['zsh'], ['fish']])('say in %s how they are used', async (shell) => {
    expect((await kubelette('completion', shell)).out).toContain(`kubelette completion ${shell}`);
  });

  it('are there for three shells', async () => {
    expect((await kubelette('completion', 'tcsh')).code).toBe(2);
  });
});
