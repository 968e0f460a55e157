/** What one attempt of a probe came to. An attempt that throws says nothing about the container. */
export interface Attempt {
  /** A warning counts as success and is told about. */
  readonly verdict: 'success' | 'warning' | 'failure';
  readonly output: string;
  /** Nobody said so: no answer was heard in time, or the connection broke. */
  readonly unheard?: true;
}

/** Of a command's output, so much is kept. Source: kubelet maxReadLength. */
export const OUTPUT_LIMIT_BYTES = 10 * 1024;
