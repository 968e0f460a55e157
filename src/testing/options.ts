/** `Kubelette.start()`: the engine answers, or something is wrong. */
export const START_TIMEOUT_MS = 30_000;
/** `ready()` and `finished()`: images may have to be pulled. */
export const POD_TIMEOUT_MS = 60_000;
/** `delete()`: so long after the pod's grace period. */
export const DELETE_TIMEOUT_MS = 30_000;
/** `stop()`: what ends with a node has had its chance to be ended nicely by `delete()`. */
export const STOP_GRACE_SECONDS = 2;
/** `exec()`. */
export const EXEC_TIMEOUT_MS = 60_000;
/** `fetch()`: a server that was just started does not listen yet; its port is tried again for so long. */
export const CONNECT_TIMEOUT_MS = 10_000;
export const CONNECT_RETRY_MS = 100;
/** Log lines of each container that an error of a wait shows. */
export const LOG_LINES_SHOWN = 20;
/** Collecting them must not hold up the error for longer. */
export const EVIDENCE_TIMEOUT_MS = 2_000;
