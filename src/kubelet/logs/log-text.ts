import { parseHeader } from './cri-format.js';
import type { LogReadOptions } from './log-store.js';

const NEWLINE = 0x0a;

/**
 * Turns CRI lines into the text `kubectl logs` prints: pieces of a long line joined, stdout and stderr in file order,
 * a time in front of every printed line when asked for.
 * Source: kubelet, logWriter.write in pkg/kubelet/kuberuntime/logs.
 */
export class LogText {
  readonly #timestamps: boolean;
  readonly #stream: LogReadOptions['stream'];
  readonly #since: string | undefined;
  #bytesLeft: number;
  #atLineStart = true;

  constructor(options: Pick<LogReadOptions, 'timestamps' | 'sinceMs' | 'limitBytes' | 'stream'>) {
    this.#timestamps = options.timestamps;
    this.#stream = options.stream;
    this.#since = options.sinceMs === undefined ? undefined : engineTime(options.sinceMs);
    this.#bytesLeft = options.limitBytes ?? Number.POSITIVE_INFINITY;
  }

  /** `limitBytes` is reached: nothing more will come. */
  get exhausted(): boolean {
    return this.#bytesLeft <= 0;
  }

  /** The text of these complete lines; a line that is no CRI line is left out. May share memory with `lines`. */
  render(lines: Buffer): Buffer {
    const parts: Buffer[] = [];
    for (let start = 0; start < lines.length && !this.exhausted;) {
      const newline = lines.indexOf(NEWLINE, start);
      if (newline < 0) break;
      const header = parseHeader(lines, start, newline);
      start = newline + 1;
      if (header === undefined || (this.#since !== undefined && header.timestamp < this.#since)) continue;
      if (this.#stream !== undefined && header.stream !== this.#stream) continue;
      // Of a full line the file's own newline is printed too.
      const end = header.partial ? newline : newline + 1;
      if (this.#timestamps && this.#atLineStart) this.#add(parts, Buffer.from(`${header.timestamp} `, 'latin1'));
      this.#add(parts, lines.subarray(header.contentStart, end));
      if (end > header.contentStart) this.#atLineStart = lines[end - 1] === NEWLINE;
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  #add(parts: Buffer[], bytes: Buffer): void {
    const taken = bytes.length <= this.#bytesLeft ? bytes : bytes.subarray(0, this.#bytesLeft);
    if (taken.length > 0) parts.push(taken);
    this.#bytesLeft -= taken.length;
  }
}

/** As the engine writes it: fixed width, so that text order is time order. */
function engineTime(ms: number): string {
  const clamped = Math.min(Math.max(0, Math.trunc(ms)), Date.UTC(9999, 11, 31));
  return new Date(clamped).toISOString().replace('Z', '000000Z');
}
