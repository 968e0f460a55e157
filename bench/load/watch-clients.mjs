/** Watchers of pods: what each got, and how long it took to get there. */
import { atATime } from '../support.mjs';
import { answer } from './clients.mjs';
import { Histogram } from './histogram.mjs';
import { openStream } from './stream-client.mjs';

/** As informers ask, and as `kubectl get -w` does. */
const ACCEPT = {
  object: 'application/json',
  table: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
};
const HANDSHAKES_AT_A_TIME = 20;

let watchers = [];
let times = new Histogram();

class Watcher {
  wrong = [];

  /** @param numbers the last one of each pod so far; every change has the next one */
  constructor(numbers) {
    this.numbers = [...numbers];
    this.changes = numbers.reduce((sum, number) => sum + number, 0);
  }

  line = (line) => {
    const number = after(line, '"load/number":"');
    if (number === undefined) return this.#other(line);
    const pod = Number(after(line, '"load/pod":"'));
    const expected = this.numbers[pod] + 1;
    if (Number(number) !== expected) this.wrong.push(`pod ${pod}: ${expected} expected, got ${number}`);
    this.numbers[pod] = Number(number);
    this.changes += 1;
    if (this.timed) times.add(Number(process.hrtime.bigint() / 1_000n) / 1_000 - Number(after(line, '"load/sent":"')));
  };

  ended = (error) => {
    if (this.stream !== undefined) this.wrong.push(`the watch ended: ${error?.message ?? 'quietly'}`);
  };

  /** Bookmarks are welcome. */
  #other(line) {
    if (!line.includes('"BOOKMARK"')) this.wrong.push(line.toString().slice(0, 200));
  }
}

function after(line, marker) {
  const at = line.indexOf(marker);
  if (at < 0) return undefined;
  const start = at + marker.length;
  return line.toString('latin1', start, line.indexOf('"', start));
}

answer({
  /** @returns when all of them watch; `reads` is false for those that never do, until `readAtLast` */
  async open({ credentials, path, form, count, reads, numbers }) {
    const lanes = Array.from({ length: count }, () => new Watcher(numbers));
    await atATime(HANDSHAKES_AT_A_TIME, lanes, async (watcher) => {
      watcher.stream = await openStream(credentials, path, ACCEPT[form], {
        onLine: watcher.line,
        onEnd: watcher.ended,
      });
      watcher.reads = reads;
      watcher.timed = reads;
      if (!reads) watcher.stream.pause();
    });
    watchers.push(...lanes);
  },
  /** How far the slowest is of those that read. */
  slowest: () => Math.min(...watchers.filter(({ reads }) => reads).map(({ changes }) => changes)),
  times() {
    const [p50, p99, max] = [0.5, 0.99, 1].map((share) => times.percentile(share));
    times = new Histogram();
    return { p50, p99, max };
  },
  readAtLast() {
    for (const watcher of watchers.filter(({ reads }) => !reads)) {
      watcher.reads = true;
      watcher.stream.resume();
    }
  },
  closeLate() {
    const late = watchers.filter(({ timed }) => !timed);
    watchers = watchers.filter(({ timed }) => timed);
    for (const watcher of late) {
      const { stream } = watcher;
      watcher.stream = undefined;
      stream.close();
    }
    return late.flatMap(({ wrong }) => wrong).slice(0, 10);
  },
  wrong: () => watchers.flatMap(({ wrong }) => wrong).slice(0, 10),
});
