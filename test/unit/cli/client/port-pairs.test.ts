import { expect, it } from '@jest/globals';
import { parsePortPair } from '../../../../src/cli/client/port-pairs.js';

const POD = {
  metadata: { name: 'web' },
  spec: { containers: [{ name: 'a' }, { name: 'b', ports: [{ name: 'http', containerPort: 8080 }] }] },
};

it.each([
  ['80', { local: 80, remote: 80 }],
  ['8080:80', { local: 8080, remote: 80 }],
  [':80', { local: 0, remote: 80 }],
  ['0:80', { local: 0, remote: 80 }],
  ['http', { local: 8080, remote: 8080 }],
  ['1234:http', { local: 1234, remote: 8080 }],
])('reads %s as %p', (text, pair) => {
  expect(parsePortPair(text, POD)).toEqual(pair);
});

it.each([
  ['x', "Pod 'web' does not have a named port 'x'"],
  ['99999', "error parsing local port '99999'"],
  ['80:99999', "error parsing remote port '99999'"],
  ['y:80', "error parsing local port 'y'"],
  ['80:0', 'remote port must be > 0'],
  ['1:2:3', "invalid port format '1:2:3'"],
])('refuses %s: %s', (text, message) => {
  expect(() => parsePortPair(text, POD)).toThrow(message);
});
