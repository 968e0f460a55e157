import { describe, expect, it } from '@jest/globals';
import { findCredentials, patternOf } from '../../../../../src/kubelet/core/images/keyring.js';

/** Who is tried for the image, when these locations have a login of their own. */
function tried(image: string, ...locations: string[]): string[] {
  const keyring = locations.map((location) => ({ pattern: patternOf(location), username: location, password: 'p' }));
  return findCredentials(keyring, image).map(({ username }) => username);
}

describe('credentials for an image', () => {
  it.each([
    // Source of these cases: kubelet pkg/credentialprovider/keyring_test.go.
    ['quay.io/a/b', ['quay.io'], ['quay.io']],
    ['quay.io/a/b:1', ['https://quay.io'], ['https://quay.io']],
    ['quay.io/a/b', ['http://quay.io/v1/'], ['http://quay.io/v1/']],
    ['quay.io/a/b', ['quay.io/v2/'], ['quay.io/v2/']],
    ['quay.io/a/b', ['other.io'], []],
    ['quay.io/a/b', ['quay.io:443'], []],
    ['localhost:5000/a', ['localhost:5000', 'localhost', 'localhost:5001'], ['localhost:5000']],
    ['quay.io/a/b', ['quay.io/a', 'quay.io/c'], ['quay.io/a']],
    ['quay.io/a/b', ['quay.io', 'quay.io/a/b', 'quay.io/a'], ['quay.io/a/b', 'quay.io/a', 'quay.io']],
    ['eu.gcr.io/a', ['*.gcr.io'], ['*.gcr.io']],
    ['gcr.io/a', ['*.gcr.io'], []],
    ['x.eu.gcr.io/a', ['*.gcr.io'], []],
    ['eu1.gcr.io:88/a/b', ['eu?.gcr.io:88/a'], ['eu?.gcr.io:88/a']],
    ['euxgcr.io/a', ['eu.gcr.io'], []],
  ])('%s of %j are those of %j', (image, locations, expected) => {
    expect(tried(image, ...locations)).toEqual(expected);
  });

  it.each(['busybox', 'docker.io/library/busybox:1', 'grafana/grafana'])('of the hub are for %s', (image) => {
    expect(tried(image, 'https://index.docker.io/v1/', 'quay.io')).toEqual(['https://index.docker.io/v1/']);
    expect(tried(image, 'docker.io')).toEqual(['docker.io']);
  });

  it('of one place are tried in the order they came', () => {
    const entry = (username: string) => ({ pattern: 'quay.io', username, password: '' });
    const found = findCredentials([entry('pod'), entry('user')], 'quay.io/a');
    expect(found.map(({ username }) => username)).toEqual(['pod', 'user']);
  });

  it('name the server as the engine wants it', () => {
    const keyring = [{ pattern: '*.io', username: '', password: '', identityToken: 'token' }];
    expect(findCredentials(keyring, 'quay.io/a')).toEqual([
      { username: '', password: '', identityToken: 'token', server: 'quay.io' },
    ]);
    expect(findCredentials(keyring, 'busybox')).toMatchObject([{ server: 'https://index.docker.io/v1/' }]);
  });
});
