import type { Agent } from '../../agent.js';
import type { Event } from '../../api/schema/event.js';
import type { Pod } from '../../api/schema/pod.js';
import { isAbort } from '../../lib/abort.js';
import { errorMessage, hasCode } from '../../lib/errors.js';
import { splitLines } from '../../lib/lines.js';
import type { Paint } from '../output/colour.js';
import { escapeText } from '../output/escape.js';
import type { Terminal } from '../terminal.js';
import { newInstances, type StartedInstance } from './container-instances.js';
import { LogPrefixes } from './prefix.js';
import type { View } from './view.js';
import { watchKind } from './watch-kind.js';

/** The logs of all containers, each line with where it comes from; pulls, and what goes wrong with the pods, on stderr. */
export class LogView implements View {
  readonly #agent: Agent;
  readonly #terminal: Terminal;
  readonly #paint: Paint;
  readonly #prefixes: LogPrefixes;
  /** By pod uid and container: instances are read one after the other. */
  readonly #readers = new Map<string, Promise<void>>();
  readonly #seen = new Map<string, Map<string, number>>();
  readonly #told = new Set<string>();

  /** @param paint for stdout  @param paintError for stderr */
  constructor(agent: Agent, terminal: Terminal, paint: Paint, paintError: Paint) {
    this.#agent = agent;
    this.#terminal = terminal;
    this.#paint = paintError;
    this.#prefixes = new LogPrefixes(paint);
  }

  async show(signal: AbortSignal): Promise<void> {
    const pods = watchKind<Pod>(
      this.#agent.store,
      'Pod',
      ({ type, object }) => {
        if (type === 'DELETED') this.note(`pod ${object.metadata.name} removed`);
        else this.#follow(object, signal);
      },
      signal,
    );
    const events = watchKind<Event>(this.#agent.store, 'Event', ({ object }) => this.#tell(object), signal);
    await Promise.all([pods, events]);
    await this.drained();
  }

  async drained(): Promise<void> {
    await Promise.all(this.#readers.values());
  }

  stopping(): void {
    this.note('removing the pods');
  }

  stopped(): void {
    // Each pod's end was told.
  }

  note(text: string): void {
    this.#terminal.err.write(`${this.#paint('dim', escapeText(text))}\n`);
  }

  #follow(pod: Pod, signal: AbortSignal): void {
    const uid = pod.metadata.uid ?? '';
    const seen = this.#seen.get(uid) ?? new Map<string, number>();
    this.#seen.set(uid, seen);
    for (const instance of newInstances(pod, seen)) {
      seen.set(instance.container, instance.attempt);
      const key = `${uid}/${instance.container}`;
      const before = this.#readers.get(key) ?? Promise.resolve();
      this.#readers.set(
        key,
        before.then(() => this.#read(pod, instance, signal)),
      );
    }
  }

  async #read(pod: Pod, { container, previous }: StartedInstance, signal: AbortSignal): Promise<void> {
    const { name, namespace = 'default' } = pod.metadata;
    const target = { namespace, name, container, previous };
    const prefix = this.#prefixes.of(name, container);
    try {
      const chunks = this.#agent.operations.logs(target, { follow: !previous, timestamps: false }, signal);
      // As it is: what a container prints is for it to decide.
      for await (const line of splitLines(chunks)) this.#terminal.out.write(`${prefix}${line}\n`);
    } catch (error) {
      if (isAbort(error, signal) || hasCode(error, 'NotFound')) return;
      this.note(`log of ${name} ${container}: ${errorMessage(error)}`);
    }
  }

  /** Warnings, and pulls, because they are what a pod may take long for. */
  #tell(event: Event): void {
    const uid = event.metadata.uid ?? event.metadata.name;
    const { involvedObject, message = '', reason = 'Warning', type } = event;
    const isPull = reason === 'Pulling' || message.startsWith('Successfully pulled');
    if ((type !== 'Warning' && !isPull) || this.#told.has(uid)) return;
    this.#told.add(uid);
    const pod = `[${involvedObject.name ?? ''}]`;
    if (isPull) this.note(`${pod} ${message}`);
    else this.#terminal.err.write(`${this.#paint('yellow', escapeText(`${pod} ${reason}: ${message}`))}\n`);
  }
}
