import { describe, expect, it } from '@jest/globals';
import { painter, statusStyle } from '../../../../src/cli/output/colour.js';

const RED_X = '\u001b[31mx\u001b[39m';

describe('painter', () => {
  it.each([
    ['on a terminal', true, {}, RED_X],
    ['not in a pipe', false, {}, 'x'],
    ['not when NO_COLOR says so', true, { NO_COLOR: '1' }, 'x'],
    ['when NO_COLOR is empty, which means unset', true, { NO_COLOR: '' }, RED_X],
    ['not on a dumb terminal', true, { TERM: 'dumb' }, 'x'],
    ['in a pipe when FORCE_COLOR says so', false, { FORCE_COLOR: '1' }, RED_X],
    ['not with FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, 'x'],
  ])('colours %s', (_when, isTTY, env, expected) => {
    expect(painter({ isTTY }, env)('red', 'x')).toBe(expected);
  });

  it('takes several styles', () => {
    expect(painter({ isTTY: true }, {})(['bold', 'red'], 'x')).toContain('\u001b[1m');
  });
});

describe('statusStyle', () => {
  it.each([
    ['Running', 'green'],
    ['Completed', 'green'],
    ['Init:1/2', 'yellow'],
    ['ContainerCreating', 'yellow'],
    ['Terminating', 'yellow'],
    ['CrashLoopBackOff', 'red'],
    ['Init:Error', 'red'],
    ['ExitCode:7', 'red'],
  ])('shows %s in %s', (status, style) => {
    expect(statusStyle(status)).toBe(style);
  });
});
