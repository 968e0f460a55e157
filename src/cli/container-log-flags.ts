import { InvalidArgumentError, Option, type Command } from 'commander';
import { isQuantity, wholeValue } from '../api/quantity.js';
import { DEFAULT_CONTAINER_LOGS, type ContainerLogOptions } from '../options.js';

/** Flags about log files, with the kubelet's names. */
export interface ContainerLogFlags {
  readonly containerLogMaxSize: number;
  readonly containerLogMaxFiles: number;
}

export const addContainerLogFlags = (command: Command): Command =>
  command
    .addOption(
      new Option('--container-log-max-size <quantity>', "size at which a container's log file is rotated")
        .argParser(size)
        .default(DEFAULT_CONTAINER_LOGS.maxFileBytes, '10Mi')
        .env('KUBELETTE_CONTAINER_LOG_MAX_SIZE'),
    )
    .addOption(
      new Option('--container-log-max-files <n>', 'log files that are kept of a container')
        .argParser(files)
        .default(DEFAULT_CONTAINER_LOGS.maxFiles)
        .env('KUBELETTE_CONTAINER_LOG_MAX_FILES'),
    );

export const containerLogOptions = (flags: ContainerLogFlags): ContainerLogOptions => ({
  maxFileBytes: flags.containerLogMaxSize,
  maxFiles: flags.containerLogMaxFiles,
});

function size(text: string): number {
  const bytes = isQuantity(text) ? Number(wholeValue(text)) : 0;
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw new InvalidArgumentError('Expected an amount above 0, for example 10Mi.');
}

/** The current one and at least one that was rotated. Source: kubelet, NewContainerLogManager. */
function files(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) > 1) return Number(text);
  throw new InvalidArgumentError('Expected a whole number above 1.');
}
