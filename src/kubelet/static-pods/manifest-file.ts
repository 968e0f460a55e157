import type { ConfigObject } from '../../api/config-object.js';
import type { Problem } from '../../api/problem.js';
import type { Pod } from '../../api/schema/pod.js';
import type { Clock } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import { lookAt, readManifest, type FileState } from './manifest-files.js';
import type { ManifestPods } from './manifest-pods.js';
import { wholeFile } from './pod-source.js';

/** A file is read once it has not changed for this long: editors write in pieces. */
export const SETTLE_MS = 100;
/** A file is gone once it has been for this long: editors move the old one away before the new one is there. */
export const VANISH_MS = 300;

export type Look = 'settled' | 'unsettled' | 'gone';

/** One manifest: what is known of it, and the last good pods it had. */
export class ManifestFile {
  readonly path: string;
  readonly #clock: Clock;
  readonly #parse: (text: string, file: string) => ManifestPods;
  /** What was seen last, since when, and what of it has been taken over. */
  #seen: string | undefined;
  #sinceMs = 0;
  #taken: string | undefined;
  #pods: readonly Pod[] | undefined;
  #configs: readonly ConfigObject[] = [];
  #problems: readonly Problem[] = [];
  #warnings: readonly Problem[] = [];

  constructor(path: string, clock: Clock, parse: (text: string, file: string) => ManifestPods) {
    this.path = path;
    this.#clock = clock;
    this.#parse = parse;
  }

  /** Of the last content that was good; undefined when there has been none. */
  get pods(): readonly Pod[] | undefined {
    return this.#pods;
  }

  /** The same; none before there was good content. */
  get configs(): readonly ConfigObject[] {
    return this.#configs;
  }

  /** Of the content it has now. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  get warnings(): readonly Problem[] {
    return this.#warnings;
  }

  /** @param trustAge a file that was last changed long ago needs no second look; true when the agent has just started */
  async look(trustAge: boolean): Promise<Look> {
    const state = await lookAt(this.path);
    const key = keyOf(state);
    if (key !== this.#seen) {
      this.#seen = key;
      this.#sinceMs = this.#clock.monotonic();
    }
    if (key === this.#taken) return 'settled';
    if (!this.#hasSettled(state, trustAge)) return 'unsettled';
    if (state.kind === 'missing') return 'gone';
    const taken = state.kind === 'refused' ? this.#refuse(state.reason) : await this.#read(state.signature);
    if (!taken) return 'unsettled';
    this.#taken = key;
    return 'settled';
  }

  #hasSettled(state: FileState, trustAge: boolean): boolean {
    if (trustAge && state.kind === 'regular' && this.#clock.now() - state.changedMs >= SETTLE_MS) return true;
    const needed = state.kind === 'missing' ? VANISH_MS : SETTLE_MS;
    return this.#clock.monotonic() - this.#sinceMs >= needed;
  }

  async #read(signature: string): Promise<boolean> {
    let text: string | undefined;
    try {
      text = await readManifest(this.path, signature);
    } catch (error) {
      return this.#refuse(`cannot be read: ${errorMessage(error)}`);
    }
    if (text === undefined) return false;
    const { configs, pods, problems, warnings } = this.#parse(text, this.path);
    if (problems.length === 0) {
      this.#pods = pods;
      this.#configs = configs;
    }
    this.#problems = problems;
    this.#warnings = warnings;
    return true;
  }

  #refuse(reason: string): true {
    this.#problems = [wholeFile(this.path, reason)];
    this.#warnings = [];
    return true;
  }
}

const keyOf = (state: FileState): string =>
  state.kind === 'regular' ? state.signature : state.kind === 'refused' ? `refused: ${state.reason}` : 'missing';
