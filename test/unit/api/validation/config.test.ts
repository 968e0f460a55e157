import { describe, expect, it } from '@jest/globals';
import type { ConfigMap, Secret } from '../../../../src/api/schema/config.js';
import { validateConfig } from '../../../../src/api/validation/config.js';

const configMap = (fields: Partial<ConfigMap>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c' },
  ...fields,
});
const secret = (fields: Partial<Secret>): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's' },
  ...fields,
});
const complaints = (object: ConfigMap | Secret): string[] => validateConfig(object).map(({ message }) => message);

describe('validation of ConfigMaps and Secrets', () => {
  it('finds nothing in good ones', () => {
    expect(complaints(configMap({ data: { 'a.b-c_D': 'x' }, binaryData: { e: 'AAECAw==' } }))).toEqual([]);
    expect(complaints(secret({ data: { k: 'aHVudGVyMg==', empty: '' }, stringData: { k: 'x' } }))).toEqual([]);
  });

  it('checks names and keys', () => {
    expect(complaints(configMap({ metadata: { name: '' }, data: { '..x': '1', '.': '2' } }))).toEqual([
      'metadata.name: Required value: name or generateName is required',
      'data[..x]: Invalid value: "..x": must not start with \'..\'',
      'data[.]: Invalid value: ".": must not be \'.\'',
    ]);
    expect(complaints(configMap({ data: { a: 'x' }, binaryData: { a: 'AA==' } }))).toEqual([
      'binaryData[a]: Invalid value: "a": duplicate of key present in data',
    ]);
  });

  it('refuses bad base64 without showing it', () => {
    expect(complaints(secret({ data: { k: 'hunter2' } }))).toEqual(['data[k]: Invalid value: "": illegal base64 data']);
  });

  it('refuses more than a mebibyte', () => {
    expect(complaints(configMap({ data: { a: 'x'.repeat(1024 * 1024 + 1) } }))).toEqual([
      'data: Too long: may not be more than 1048576 bytes',
    ]);
  });
});
