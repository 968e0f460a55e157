import { writeFileSync } from 'node:fs';
import { systemClock, type Clock } from '../../src/lib/clock.js';

/** A clock on the wall that can be set. */
export interface SteppedClock extends Clock {
  /** Forward, or back when negative. */
  step(ms: number): void;
}

/**
 * The system's, set by so much. In a process that runs with libfaketime it is all of the process' time that is set, through
 * the file that `FAKETIME_TIMESTAMP_FILE` names: certificates, libraries and file names too.
 */
export function steppedClock(): SteppedClock {
  const file = process.env['FAKETIME_TIMESTAMP_FILE'];
  let offsetMs = 0;
  return {
    ...systemClock,
    now: () => systemClock.now() + (file === undefined ? offsetMs : 0),
    step: (ms) => {
      offsetMs += ms;
      if (file !== undefined) writeFileSync(file, `${offsetMs < 0 ? '-' : '+'}${String(Math.abs(offsetMs / 1000))}s`);
    },
  };
}
