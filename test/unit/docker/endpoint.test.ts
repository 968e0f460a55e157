import { describe, expect, it } from '@jest/globals';
import {
  contextDirectory,
  contextName,
  endpointCandidates,
  usualSockets,
  type EndpointFacts,
} from '../../../src/docker/endpoint.js';

const facts = (changes: Partial<EndpointFacts>): EndpointFacts => ({
  env: {},
  platform: 'linux',
  contextTls: {},
  sockets: [],
  ...changes,
});
const meta = (Host: string, SkipTLSVerify = false): string =>
  JSON.stringify({ Name: 'x', Endpoints: { docker: { Host, SkipTLSVerify } } });

describe('the engine is looked for', () => {
  it.each<[string, Partial<EndpointFacts>, string, string]>([
    [
      'where the flag says, whatever else there is',
      { flag: 'tcp://a:1', env: { DOCKER_HOST: 'tcp://b:1' } },
      'tcp://a:1',
      '--docker-host',
    ],
    [
      'where DOCKER_HOST says, which beats the context',
      { env: { DOCKER_HOST: 'unix:///x', DOCKER_CONTEXT: 'c' } },
      'unix:///x',
      'DOCKER_HOST',
    ],
    [
      'in the context of DOCKER_CONTEXT',
      { env: { DOCKER_CONTEXT: 'c' }, config: '{"currentContext":"d"}', contextMeta: meta('unix:///c') },
      'unix:///c',
      'context "c"',
    ],
    [
      'in the current context',
      { config: '{"currentContext":"d"}', contextMeta: meta('unix:///d') },
      'unix:///d',
      'context "d"',
    ],
    [
      'at the default socket for the context "default"',
      { env: { DOCKER_CONTEXT: 'default' } },
      'unix:///var/run/docker.sock',
      'default socket',
    ],
    [
      'at the default socket when the configuration is broken',
      { config: '{oops' },
      'unix:///var/run/docker.sock',
      'default socket',
    ],
    [
      'at the socket that exists',
      { sockets: ['/home/u/.docker/run/docker.sock'] },
      'unix:///home/u/.docker/run/docker.sock',
      'found socket',
    ],
    ['at the pipe on Windows', { platform: 'win32' }, 'npipe:////./pipe/docker_engine', 'default pipe'],
  ])('%s', (_what, changes, uri, reason) => {
    expect(endpointCandidates(facts(changes))).toEqual([{ uri, reason }]);
  });

  it('at every existing socket in turn when nothing names an engine', () => {
    const sockets = ['/var/run/docker.sock', '/run/podman/podman.sock'];
    expect(endpointCandidates(facts({ sockets })).map(({ uri }) => uri)).toEqual([
      'unix:///var/run/docker.sock',
      'unix:///run/podman/podman.sock',
    ]);
  });

  it('nowhere else when the named context does not exist', () => {
    expect(() => endpointCandidates(facts({ env: { DOCKER_CONTEXT: 'gone' } }))).toThrow(
      'docker context "gone" does not exist',
    );
  });

  it('with the TLS files of the context', () => {
    const contextTls = { ca: '/c/ca.pem', cert: '/c/cert.pem', key: '/c/key.pem' };
    const [endpoint] = endpointCandidates(
      facts({ env: { DOCKER_CONTEXT: 'c' }, contextMeta: meta('tcp://h:2376', true), contextTls }),
    );
    expect(endpoint?.tls).toEqual({ ...contextTls, verify: false });
  });

  it('with the TLS files of DOCKER_CERT_PATH when verification is asked for', () => {
    const env = { DOCKER_HOST: 'tcp://h:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' };
    expect(endpointCandidates(facts({ env }))[0]?.tls).toEqual({
      ca: '/certs/ca.pem',
      cert: '/certs/cert.pem',
      key: '/certs/key.pem',
      verify: true,
    });
    expect(endpointCandidates(facts({ env: { ...env, DOCKER_TLS_VERIFY: '' } }))[0]?.tls).toBeUndefined();
  });

  it('in contexts by the hash of their name', () => {
    expect(contextDirectory('default')).toBe('37a8eec1ce19687d132fe29051dca629d164e2c4958ba141d5f4133a33f0688f');
    expect(contextName({}, '{"currentContext":""}')).toBeUndefined();
  });

  it('at the sockets of the usual products, the system one first', () => {
    const sockets = usualSockets({}, '/home/u', 1000);
    expect(sockets[0]).toBe('/var/run/docker.sock');
    expect(sockets).toContain('/run/user/1000/docker.sock');
    expect(usualSockets({ XDG_RUNTIME_DIR: '/r' }, '/home/u', undefined)).toContain('/r/podman/podman.sock');
  });
});
