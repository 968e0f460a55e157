import { describe, expect, it } from '@jest/globals';
import { formatStructured } from '../../../../src/cli/output/structured.js';

describe('formatStructured', () => {
  it('prints JSON with four spaces, as kubectl', async () => {
    expect(await formatStructured({ a: [1], b: undefined }, 'json')).toBe('{\n    "a": [\n        1\n    ]\n}\n');
  });

  it('prints YAML without anchors and without folding long lines', async () => {
    const shared = { text: 'word '.repeat(40).trim() };
    const yaml = await formatStructured({ one: shared, two: shared }, 'yaml');
    expect(yaml).toBe(`one:\n  text: ${shared.text}\ntwo:\n  text: ${shared.text}\n`);
  });
});
