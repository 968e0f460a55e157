import { describeFault, type CallName, type Fault } from './fault.js';

/** One call that came through. */
export interface LoggedCall extends CallName {
  /** From 1, in the order they came. */
  readonly number: number;
  readonly fault?: Fault;
  /** Of the engine's answer; absent while there is none. */
  status?: number;
  /** How it ended for the client, where that was not as the engine meant it. */
  outcome?: 'broken';
}

/** Everything that was asked, in order. */
export class CallLog {
  readonly calls: LoggedCall[] = [];

  add(call: CallName, fault: Fault | undefined): LoggedCall {
    const logged: LoggedCall = { ...call, number: this.calls.length + 1, ...(fault === undefined ? {} : { fault }) };
    this.calls.push(logged);
    return logged;
  }

  /** A line for each call; ids are cut short, and queries that only filter are left out. */
  toString(): string {
    return this.calls
      .map(({ number, method, path, status, fault, outcome }) =>
        [`#${String(number)}`, method, shorten(path), status ?? '-', fault && `[${describeFault(fault)}]`, outcome]
          .filter((part) => part !== undefined)
          .join(' '),
      )
      .join('\n');
  }
}

const shorten = (path: string): string =>
  path.replaceAll(/[0-9a-f]{64}/g, (id) => id.slice(0, 12)).replace(/([?&])filters=[^&]*/, '$1filters=…');
