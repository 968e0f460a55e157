import type { Agent } from '../../agent.js';
import type { Pod } from '../../api/schema/pod.js';
import type { Paint } from '../output/colour.js';
import { escapeText } from '../output/escape.js';
import type { Terminal } from '../terminal.js';
import { ChangeLines } from './change-lines.js';
import { computeProgress } from './settled.js';
import { nextStepLines, settledText } from './table-frame.js';
import type { View } from './view.js';
import { watchKind } from './watch-kind.js';

/** The table view where there is no terminal: changes as lines, one after the other. */
export class ChangeView implements View {
  readonly #agent: Agent;
  readonly #terminal: Terminal;
  readonly #paint: Paint;
  readonly #program: string;
  readonly #lines: ChangeLines;
  readonly #startedMs: number;
  #settled = false;

  constructor(agent: Agent, terminal: Terminal, paint: Paint, program: string, names: readonly string[]) {
    this.#agent = agent;
    this.#terminal = terminal;
    this.#paint = paint;
    this.#program = program;
    this.#lines = new ChangeLines(names);
    this.#startedMs = terminal.clock.monotonic();
  }

  async show(signal: AbortSignal): Promise<void> {
    this.#print(this.#lines.heading());
    await watchKind<Pod>(
      this.#agent.store,
      'Pod',
      ({ type, object }) => {
        if (type === 'DELETED') this.#print(`${object.metadata.name} removed`);
        else this.#showChange(object);
      },
      signal,
    );
  }

  async drained(): Promise<void> {
    // Every change is printed as it comes.
  }

  stopping(): void {
    this.#print('Removing the pods and everything that belongs to them.');
  }

  stopped(): void {
    this.#print('Everything is removed.');
  }

  note(text: string): void {
    this.#terminal.err.write(`${escapeText(text)}\n`);
  }

  #showChange(pod: Pod): void {
    const line = this.#lines.change(pod, this.#terminal.clock.now());
    if (line !== undefined) this.#print(line);
    const pods = this.#agent.store.list<Pod>('Pod').items;
    if (this.#settled || !computeProgress(pods).settled) return;
    this.#settled = true;
    const afterMs = this.#terminal.clock.monotonic() - this.#startedMs;
    this.#print(['', settledText(pods, afterMs), '', ...nextStepLines(pods, this.#program, this.#paint)].join('\n'));
  }

  #print(line: string): void {
    this.#terminal.out.write(`${line}\n`);
  }
}
