import { InvalidArgumentError, Option, type Command } from 'commander';
import { POD_SECURITY_LEVELS } from '../api/pod-security/evaluate.js';
import type { LogFormat, LogLevel } from '../lib/logger.js';
import { DEFAULT_POD_SECURITY } from '../options.js';

const LOG_LEVELS: readonly LogLevel[] = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'];

/** Flags of the commands that start an agent. */
export interface LogFlags {
  readonly logLevel: LogLevel;
  /** Absent: pretty on a terminal, JSON otherwise. */
  readonly logFormat?: LogFormat;
}

/** Flags of the commands that look at the engine themselves. */
export interface EngineFlags {
  readonly dockerHost?: string;
}

export const dockerHostOption = (): Option =>
  new Option(
    '--docker-host <uri>',
    'engine, for example unix:///var/run/docker.sock (default: as the docker command)',
  ).env('KUBELETTE_DOCKER_HOST');

export const podSecurityOption = (): Option =>
  new Option('--pod-security <level>', 'what pods may do in namespaces without labels about it')
    .choices(POD_SECURITY_LEVELS)
    .default(DEFAULT_POD_SECURITY)
    .env('KUBELETTE_POD_SECURITY');

export const nodeNameOption = (description: string): Option =>
  new Option('--node-name <name>', description).argParser(parseNodeName);

export const outputOption = (...formats: readonly string[]): Option =>
  new Option('-o, --output <format>', 'print the whole result in this format').choices(formats);

/** Adds `--log-level` and `--log-format`. */
export const addLogFlags = (command: Command, defaultLevel: LogLevel): Command =>
  command
    .addOption(
      new Option('--log-level <level>', 'what the agent itself logs, on stderr')
        .choices(LOG_LEVELS)
        .default(defaultLevel)
        .env('KUBELETTE_LOG_LEVEL'),
    )
    .addOption(
      new Option('--log-format <format>', 'default: pretty on a terminal, json otherwise')
        .choices(['pretty', 'json'])
        .env('KUBELETTE_LOG_FORMAT'),
    );

/** As Kubernetes wants it: node names are DNS subdomains. */
function parseNodeName(name: string): string {
  if (name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)) return name;
  throw new InvalidArgumentError('A node name has lower case letters, digits, "-" and "." in it.');
}
