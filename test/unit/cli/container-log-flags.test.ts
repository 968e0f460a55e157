import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import {
  addContainerLogFlags,
  containerLogOptions,
  type ContainerLogFlags,
} from '../../../src/cli/container-log-flags.js';

function optionsOf(...args: readonly string[]): unknown {
  const command = addContainerLogFlags(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return containerLogOptions(command.parse([...args], { from: 'user' }).opts<ContainerLogFlags>());
}

describe('flags about log files', () => {
  it.each([
    [[], 10 * 1024 * 1024, 5],
    [['--container-log-max-size', '100Ki'], 102_400, 5],
    [['--container-log-max-size', '1e3', '--container-log-max-files', '2'], 1_000, 2],
  ])('%j', (args, maxFileBytes, maxFiles) => {
    expect(optionsOf(...args)).toEqual({ maxFileBytes, maxFiles });
  });

  it.each([
    ['--container-log-max-size', '0'],
    ['--container-log-max-size', '-1Mi'],
    ['--container-log-max-size', 'large'],
    ['--container-log-max-files', '1'],
    ['--container-log-max-files', '2.5'],
  ])('%s %s is refused', (flag, value) => {
    expect(() => optionsOf(flag, value)).toThrow('Expected');
  });
});
