import { describe, expect, it } from '@jest/globals';
import { containerEnv } from '../../../../../src/kubelet/core/spec/env.js';
import { serviceEnv, type ServiceAddress } from '../../../../../src/kubelet/core/spec/service-env.js';
import { aContainer, aPod, configOf } from '../../../../support/builders.js';

const api: ServiceAddress = {
  namespace: 'default',
  name: 'kubernetes',
  clusterIP: '10.0.0.1',
  ports: [{ name: 'https', port: 443, protocol: 'TCP' }],
};
const dns: ServiceAddress = {
  namespace: 'shop',
  name: 'my-dns',
  clusterIP: 'fd00::5',
  ports: [
    { port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  ],
};

describe('variables of services', () => {
  it('tell where each is, and how to reach each port', () => {
    expect(Object.fromEntries(serviceEnv([dns], 'shop', true))).toEqual({
      MY_DNS_SERVICE_HOST: 'fd00::5',
      MY_DNS_SERVICE_PORT: '53',
      MY_DNS_SERVICE_PORT_DNS_TCP: '53',
      MY_DNS_PORT: 'udp://[fd00::5]:53',
      MY_DNS_PORT_53_UDP: 'udp://[fd00::5]:53',
      MY_DNS_PORT_53_UDP_PROTO: 'udp',
      MY_DNS_PORT_53_UDP_PORT: '53',
      MY_DNS_PORT_53_UDP_ADDR: 'fd00::5',
      MY_DNS_PORT_53_TCP: 'tcp://[fd00::5]:53',
      MY_DNS_PORT_53_TCP_PROTO: 'tcp',
      MY_DNS_PORT_53_TCP_PORT: '53',
      MY_DNS_PORT_53_TCP_ADDR: 'fd00::5',
    });
  });

  it.each<[string, string, boolean, string[]]>([
    ['those of the namespace and the API server', 'shop', true, ['KUBERNETES', 'MY_DNS']],
    ['the API server alone for a pod that wants no others', 'shop', false, ['KUBERNETES']],
    ['the API server alone elsewhere', 'other', true, ['KUBERNETES']],
  ])('are %s', (_what, namespace, links, wanted) => {
    const hosts = [...serviceEnv([api, dns, { ...dns, clusterIP: 'None' }], namespace, links).keys()];
    expect(
      hosts.filter((name) => name.endsWith('_SERVICE_HOST')).map((name) => name.replace('_SERVICE_HOST', '')),
    ).toEqual(wanted);
  });

  it("lose against the container's own, and may be used in them", () => {
    const container = aContainer('app', {
      env: [
        { name: 'URL', value: 'https://$(KUBERNETES_SERVICE_HOST)' },
        { name: 'KUBERNETES_SERVICE_PORT', value: 'mine' },
      ],
    });
    const input = { pod: aPod(), container, allocatable: {}, config: configOf() };
    expect(Object.fromEntries(containerEnv({ ...input, services: [api] }))).toMatchObject({
      URL: 'https://10.0.0.1',
      KUBERNETES_SERVICE_PORT: 'mine',
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
    });
    expect(containerEnv(input).size).toBe(2);
  });
});
