import type { Agent } from '../../agent.js';
import type { Pod } from '../../api/schema/pod.js';
import { isAbort } from '../../lib/abort.js';
import { Wake } from '../../lib/wake.js';
import type { Paint } from '../output/colour.js';
import type { Terminal } from '../terminal.js';
import { LiveScreen } from './live-screen.js';
import { computeProgress } from './settled.js';
import { renderTableFrame, type TableModel } from './table-frame.js';
import type { View } from './view.js';
import { watchKind } from './watch-kind.js';

/** Ages move on without anything happening. */
const REDRAW_MS = 1_000;
/** Changes come in bursts; more than ten frames a second nobody sees. */
const SHORTEST_FRAME_MS = 100;

/** The pods as a table on a terminal, drawn over itself as they change. */
export class LiveTableView implements View {
  readonly #agent: Agent;
  readonly #terminal: Terminal;
  readonly #paint: Paint;
  readonly #program: string;
  readonly #startedMs: number;
  readonly #wake = new Wake();
  #title: string;
  #note: string | undefined;
  #settledAfterMs: number | undefined;
  #stage: TableModel['stage'] = 'running';

  constructor(agent: Agent, terminal: Terminal, paint: Paint, program: string) {
    this.#agent = agent;
    this.#terminal = terminal;
    this.#paint = paint;
    this.#program = program;
    this.#startedMs = terminal.clock.monotonic();
    this.#title = `node ${agent.nodeName}, looking for the Docker engine`;
  }

  async show(signal: AbortSignal): Promise<void> {
    using screen = new LiveScreen(this.#terminal.out);
    const watching = watchKind<Pod>(this.#agent.store, 'Pod', () => this.#wake.set(), signal);
    void this.#agent.ready.then(
      () =>
        this.#setTitle(
          `node ${this.#agent.nodeName}, Docker ${this.#agent.engine.version} at ${this.#agent.engine.endpoint}`,
        ),
      () => undefined, // The run ends with this error by itself.
    );
    try {
      while (!signal.aborted) {
        this.#draw(screen);
        await this.#terminal.clock.sleep(SHORTEST_FRAME_MS, signal);
        await this.#wake.wait(REDRAW_MS, this.#terminal.clock, signal);
      }
    } catch (error) {
      if (!isAbort(error, signal)) throw error;
    }
    this.#draw(screen);
    await watching;
  }

  async drained(): Promise<void> {
    // Nothing is shown but the state as it is.
  }

  stopping(): void {
    this.#stage = 'stopping';
    this.#wake.set();
  }

  stopped(): void {
    this.#stage = 'stopped';
  }

  note(text: string): void {
    this.#note = text;
    this.#wake.set();
  }

  #setTitle(title: string): void {
    this.#title = title;
    this.#note = undefined;
    this.#wake.set();
  }

  #draw(screen: LiveScreen): void {
    const pods = this.#agent.store.list<Pod>('Pod').items;
    const { clock } = this.#terminal;
    if (computeProgress(pods).settled) this.#settledAfterMs ??= clock.monotonic() - this.#startedMs;
    const model = {
      title: this.#title,
      pods,
      pulls: this.#agent.pulls,
      nowMs: clock.now(),
      stage: this.#stage,
      program: this.#program,
      ...(this.#settledAfterMs === undefined ? {} : { settledAfterMs: this.#settledAfterMs }),
      ...(this.#note === undefined ? {} : { note: this.#note }),
    };
    screen.draw(renderTableFrame(model, this.#paint));
  }
}
