/** One line of the engine's pull stream. */
export interface PullLine {
  readonly status?: string;
  /** Of a layer. */
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly errorDetail?: { readonly code?: number; readonly message?: string };
}

interface LayerProgress {
  readonly current: number;
  readonly total: number;
  readonly done: boolean;
}

/** Adds up the lines of one pull. */
export class PullProgressText {
  readonly #layers = new Map<string, LayerProgress>();

  /** Takes a line; returns what to show now: `3 of 5 layers, 12.4 MB of 30.1 MB`. */
  add(line: PullLine): string {
    if (line.id !== undefined && line.status !== undefined && !line.status.startsWith('Pulling from')) {
      const before = this.#layers.get(line.id) ?? { current: 0, total: 0, done: false };
      this.#layers.set(line.id, nextProgress(before, line));
    }
    return this.#text(line.status ?? '');
  }

  #text(status: string): string {
    const layers = [...this.#layers.values()];
    if (layers.length === 0) return status;
    const done = layers.filter((layer) => layer.done).length;
    const total = sum(layers.map((layer) => layer.total));
    const text = `${done} of ${layers.length} layers`;
    return total === 0
      ? text
      : `${text}, ${megabytes(sum(layers.map((layer) => layer.current)))} of ${megabytes(total)}`;
  }
}

function nextProgress(before: LayerProgress, line: PullLine): LayerProgress {
  switch (line.status) {
    case 'Downloading':
      // Layers that are being extracted count from zero again: only downloads are shown.
      return {
        ...before,
        current: line.progressDetail?.current ?? 0,
        total: line.progressDetail?.total ?? before.total,
      };
    case 'Download complete':
    case 'Verifying Checksum':
    case 'Extracting':
      return { ...before, current: before.total };
    case 'Pull complete':
    case 'Already exists':
      return { ...before, current: before.total, done: true };
    default:
      return before;
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;
