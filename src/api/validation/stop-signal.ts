import type { FieldErrors, FieldPath } from '../field-error.js';

const PLAIN =
  'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP ' +
  'TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX';
const numbered = (name: string, sign: string, last: number): string[] =>
  Array.from({ length: last }, (_, index) => `${name}${sign}${index + 1}`);

/** Source: kubernetes pkg/apis/core/types.go, supportedStopSignalsLinux and supportedStopSignalsWindows. */
const SIGNALS: Readonly<Record<string, readonly string[]>> = {
  linux: [...PLAIN.split(' '), ...numbered('RTMIN', '+', 15), ...numbered('RTMAX', '-', 14)]
    .map((name) => `SIG${name}`)
    .sort(),
  windows: ['SIGKILL', 'SIGTERM'],
};

/** What a signal means depends on the system, so the pod has to name it. */
export function validateStopSignal(
  stopSignal: string,
  osName: string | undefined,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (osName === undefined) {
    errors.forbidden(path, 'may not be set for containers with empty `spec.os.name`');
    return;
  }
  const known = Object.hasOwn(SIGNALS, osName) ? (SIGNALS[osName] ?? []) : [];
  if (!known.includes(stopSignal)) errors.unsupported(path, stopSignal, known);
}
