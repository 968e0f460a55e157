import { describe, expect, it } from '@jest/globals';
import { httpRequest, redirectedRequest, requestUrl } from '../../../../src/kubelet/http/request.js';

const AGENT = 'kube-probe/1.33' as const;
const usual = { 'user-agent': [AGENT], accept: ['*/*'] };

describe('the request of an HTTP action', () => {
  it.each([
    ['/healthz?full=1', 'http://10.0.0.2:80/healthz?full=1'],
    ['healthz', 'http://10.0.0.2:80/healthz'],
    ['/a b/é', 'http://10.0.0.2:80/a%20b/%C3%A9'],
    ['/x#part', 'http://10.0.0.2:80/x'],
    ['//other/x', 'http://10.0.0.2:80//other/x'],
    ['', 'http://10.0.0.2:80/'],
  ])('takes path %j as written', (path, url) => {
    expect(requestUrl(httpRequest({ path, port: 80 }, '10.0.0.2', 80, AGENT))).toBe(url);
  });

  it.each([
    [[], { ...usual, host: ['10.0.0.2:80'] }],
    [[['Host', 'example.com']], { ...usual, host: ['example.com'] }],
    [[['Host', '']], { ...usual, host: ['10.0.0.2:80'] }],
    [[['USER-agent', 'me']], { accept: ['*/*'], 'user-agent': ['me'], host: ['10.0.0.2:80'] }],
    [[['Accept', '']], { 'user-agent': [AGENT], host: ['10.0.0.2:80'] }],
    [
      [
        ['X-A', '1'],
        ['x-a', '2'],
      ],
      { ...usual, 'x-a': ['1', '2'], host: ['10.0.0.2:80'] },
    ],
  ] as [string[][], object][])('has headers %j', (given, wanted) => {
    const httpHeaders = given.map(([name = '', value = '']) => ({ name, value }));
    expect(httpRequest({ path: '/', port: 80, httpHeaders }, '10.0.0.2', 80, AGENT).headers).toEqual(wanted);
  });
});

describe('redirects', () => {
  const from = httpRequest(
    { path: '/a/b', port: 8080, httpHeaders: [{ name: 'Host', value: 'example.com' }] },
    '10.0.0.2',
    8080,
    AGENT,
  );

  it.each([
    ['/login', 'http://10.0.0.2:8080/login', 'example.com'],
    ['c?x=1', 'http://10.0.0.2:8080/a/c?x=1', 'example.com'],
    ['https://10.0.0.2/secure', 'https://10.0.0.2:443/secure', '10.0.0.2'],
    ['http://10.0.0.2:9090/', 'http://10.0.0.2:9090/', '10.0.0.2:9090'],
  ])('to %s are followed', (location, url, host) => {
    const next = redirectedRequest(from, location);
    expect(next === undefined ? undefined : requestUrl(next)).toBe(url);
    expect(next?.headers['host']).toEqual([host]);
  });

  it.each(['http://10.0.0.3:8080/', 'https://example.com/', '//elsewhere/', 'ftp://10.0.0.2/', 'http://['])(
    'to %s are not',
    (location) => {
      expect(redirectedRequest(from, location)).toBeUndefined();
    },
  );
});
