/** From nothing to everything. Apart from the logger, so that the types of the package do not need those of pino. */
export type LogLevel = 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
