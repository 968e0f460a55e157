/** What one server allows. Sizes in bytes, times in milliseconds. */
export interface ServerLimits {
  /** Request line and headers together. */
  readonly headerBytes: number;
  readonly headerLines: number;
  /** From the connection, or the end of the last request, to the end of the headers. */
  readonly headerTimeoutMs: number;
  readonly bodyBytes: number;
  /** From the first look at the body to its end. */
  readonly bodyTimeoutMs: number;
  /** Until a handler has answered; streams may go on for ever after that. */
  readonly answerTimeoutMs: number;
  /** How long an idle connection stays open. */
  readonly keepAliveMs: number;
  readonly connections: number;
  /** Streamed answers and upgraded connections at one time. */
  readonly streams: number;
  /** How long a stopping server lets answers end. */
  readonly closeGraceMs: number;
}

/** kube-apiserver's where it has them: body 3 MiB, request 60 s. */
export const SERVER_LIMITS: ServerLimits = {
  headerBytes: 16 * 1024,
  headerLines: 100,
  headerTimeoutMs: 10_000,
  bodyBytes: 3 * 1024 * 1024,
  bodyTimeoutMs: 60_000,
  answerTimeoutMs: 60_000,
  // Longer than Go's clients keep idle connections (90 s): they would meet closed ones as a sporadic `EOF`.
  keepAliveMs: 95_000,
  connections: 8_000,
  // A thousand watchers, and room for those who follow logs and forward ports beside them.
  streams: 4_000,
  closeGraceMs: 2_000,
};
