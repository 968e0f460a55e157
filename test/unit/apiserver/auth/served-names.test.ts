import { describe, expect, it } from '@jest/globals';
import { canonicalHost, isLoopback, servedNames } from '../../../../src/apiserver/auth/served-names.js';

const machine = { hostname: 'Box', addresses: ['192.0.2.7', '2001:DB8::0:1'] };

describe('the names of a server', () => {
  it.each([
    ['127.0.0.1', ['localhost'], ['127.0.0.1', '::1']],
    ['127.0.0.9', ['localhost'], ['127.0.0.1', '::1', '127.0.0.9']],
    ['Build.Example', ['localhost', 'build.example'], ['127.0.0.1', '::1']],
    ['0.0.0.0', ['localhost', 'box'], ['127.0.0.1', '::1', '192.0.2.7', '2001:db8::1']],
    ['::', ['localhost', 'box'], ['127.0.0.1', '::1', '192.0.2.7', '2001:db8::1']],
  ])('on %s are loopback and what it listens on', (host, dns, ips) => {
    expect(servedNames(host, machine)).toEqual({ dns, ips });
  });

  it.each([
    ['localhost:10350', 'localhost'],
    ['LOCALHOST', 'localhost'],
    ['[0:0:0:0:0:0:0:1]:1', '::1'],
    ['127.0.0.1', '127.0.0.1'],
    ['user@localhost', undefined],
    ['localhost/path', undefined],
    ['', undefined],
    ['a b', undefined],
    ['[::1', undefined],
  ])('%s as a Host is %s', (authority, host) => {
    expect(canonicalHost(authority)).toBe(host);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['localhost', true],
    ['127.example', false],
    ['0.0.0.0', false],
    ['192.0.2.7', false],
  ])('%s is loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
