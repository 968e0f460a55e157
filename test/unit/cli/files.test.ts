import { describe, expect, it } from '@jest/globals';
import { defaultDataDir, displayPath } from '../../../src/cli/files.js';

describe('defaultDataDir', () => {
  it.each([
    [{}, '/home/me/.local/state/kubelette'],
    [{ XDG_STATE_HOME: '/state' }, '/state/kubelette'],
    [{ XDG_STATE_HOME: 'relative' }, '/home/me/.local/state/kubelette'],
  ])('with %j is %s', (env, dir) => {
    expect(defaultDataDir(env, '/home/me')).toBe(dir);
  });
});

describe('displayPath', () => {
  it('shortens the home directory only where it is one', () => {
    expect(displayPath('/home/me/x', '/home/me')).toBe('~/x');
    expect(displayPath('/home/mexico', '/home/me')).toBe('/home/mexico');
  });
});
