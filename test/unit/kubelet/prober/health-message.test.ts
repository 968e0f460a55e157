import { describe, expect, it } from '@jest/globals';
import { decodeHealthResponse, encodeHealthRequest } from '../../../../src/kubelet/prober/health-message.js';

describe('health messages', () => {
  it.each([
    ['', '0000000000'],
    ['db', '00000000040a026462'],
    ['x'.repeat(200), `00000000cb0ac801${'78'.repeat(200)}`],
  ])('asks about %j', (service, hex) => {
    expect(encodeHealthRequest(service).toString('hex')).toBe(hex);
  });

  it.each([
    ['00000000020801', 'SERVING'],
    ['00000000020802', 'NOT_SERVING'],
    ['00000000020803', 'SERVICE_UNKNOWN'],
    ['0000000000', 'UNKNOWN'],
    ['00000000020809', '9'],
    ['01000000020801', undefined],
    ['000000', undefined],
    ['00000000021001', undefined],
  ])('reads %s as %s', (hex, status) => {
    expect(decodeHealthResponse(Buffer.from(hex, 'hex'))).toBe(status);
  });
});
