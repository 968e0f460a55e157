import type { Container, Pod } from '../../api/schema/pod.js';
import type { Clock } from '../../lib/clock.js';
import type { RuntimeStreams } from '../../runtime/streams.js';
import type { EventSink } from '../events/event-sink.js';

export interface HookPorts {
  readonly streams: RuntimeStreams;
  readonly events: EventSink;
  readonly clock: Clock;
}

/** The instance a hook is run for. */
export interface HookTarget {
  /** With a status that knows the addresses. */
  readonly pod: Pod;
  readonly container: Container;
  readonly containerId: string;
  readonly sandboxId: string;
}
