import { describe, expect, it } from '@jest/globals';
import { TokenManager, type IssueToken } from '../../../../src/kubelet/volumes/token-manager.js';
import { KubeletteError } from '../../../../src/lib/errors.js';
import { aPod } from '../../../support/builders.js';
import { FakeClock } from '../../../support/fake-clock.js';

const HOUR = 3_600_000;
const POD = aPod({ serviceAccountName: 'robot' });

function manager(): { clock: FakeClock; tokens: TokenManager; asked: Parameters<IssueToken>[1][] } {
  const clock = new FakeClock();
  const asked: Parameters<IssueToken>[1][] = [];
  const issue: IssueToken = (_pod, request) => {
    asked.push(request);
    const expiresAt = clock.now() / 1_000 + (request.expirationSeconds ?? 3_600);
    return { token: `token ${asked.length}`, expiresAt };
  };
  return { clock, tokens: new TokenManager(issue, clock), asked };
}

describe('tokens of a pod', () => {
  it('are asked for as its volume says, and once', () => {
    const { asked, tokens } = manager();
    expect(tokens.tokenOf(POD, { path: 'a' })).toBe('token 1');
    expect(tokens.tokenOf(POD, { path: 'b' })).toBe('token 1');
    expect(tokens.tokenOf(POD, { path: 'b', audience: 'vault', expirationSeconds: 600 })).toBe('token 2');
    expect(asked).toEqual([{}, { audience: 'vault', expirationSeconds: 600 }]);
  });

  it.each([
    ['an hour', 3600, 0.79 * HOUR, 0.81 * HOUR],
    ['a week', 7 * 24 * 3600, 23 * HOUR, 25 * HOUR],
  ])('that live for %s are renewed in time', async (_what, expirationSeconds, soon, due) => {
    const { clock, tokens } = manager();
    const request = { path: 'a', expirationSeconds };
    expect(tokens.tokenOf(POD, request)).toBe('token 1');
    await clock.advance(soon);
    expect(tokens.tokenOf(POD, request)).toBe('token 1');
    await clock.advance(due - soon);
    expect(tokens.tokenOf(POD, request)).toBe('token 2');
  });

  it('are asked for anew when the clock was set back to before they are good', () => {
    const { clock, tokens } = manager();
    expect(tokens.tokenOf(POD, { path: 'a' })).toBe('token 1');
    clock.step(-30_000);
    expect(tokens.tokenOf(POD, { path: 'a' })).toBe('token 1');
    clock.step(-HOUR);
    expect(tokens.tokenOf(POD, { path: 'a' })).toBe('token 2');
    expect(tokens.tokenOf(POD, { path: 'a' })).toBe('token 2');
  });

  it('are forgotten with the pod', () => {
    const { tokens } = manager();
    tokens.tokenOf(POD, { path: 'a' });
    tokens.forget('uid-1');
    expect(tokens.tokenOf(POD, { path: 'a' })).toBe('token 2');
  });

  it('of an account that is not there are a reason to wait', () => {
    const tokens = new TokenManager(() => {
      throw new KubeletteError('NotFound', 'serviceaccounts "robot" not found');
    }, new FakeClock());
    const message = 'failed to fetch token: serviceaccounts "robot" not found';
    expect(() => tokens.tokenOf(POD, { path: 'a' })).toThrow(expect.objectContaining({ code: 'Invalid', message }));
  });
});
