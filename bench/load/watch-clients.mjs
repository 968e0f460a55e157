/** Watchers of pods: what each got, and how long it took to get there. */
import { answer } from './clients.mjs';
import { Histogram } from './histogram.mjs';
import { ReaderGroup } from './reader-group.mjs';
import { openStream } from './stream-client.mjs';

/** As informers ask, and as `kubectl get -w` does. */
const ACCEPT = {
  object: 'application/json',
  table: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
};

const group = new ReaderGroup();
let times = new Histogram();

class Watcher {
  wrong = [];

  /**
   * @param numbers the last one of each pod so far; every change has the next one
   * @param timed whether it counts how long changes took
   */
  constructor(numbers, timed) {
    this.numbers = [...numbers];
    this.got = numbers.reduce((sum, number) => sum + number, 0);
    this.versions = [];
    this.timed = timed;
  }

  line(line) {
    const number = after(line, '"load/number":"');
    // Bookmarks are welcome.
    if (number === undefined && line.includes('"BOOKMARK"')) return;
    if (number === undefined) return void this.wrong.push(line.toString().slice(0, 200));
    const pod = Number(after(line, '"load/pod":"'));
    const expected = this.numbers[pod] + 1;
    const version = after(line, '"resourceVersion":"');
    // Something else of the pod has changed.
    if (Number(number) === this.numbers[pod] && version !== this.versions[pod]) return;
    this.versions[pod] = version;
    if (Number(number) !== expected) this.wrong.push(`pod ${pod}: ${expected} expected, got ${number}`);
    this.numbers[pod] = Number(number);
    this.got += 1;
    if (this.timed) times.add(Number(process.hrtime.bigint() / 1_000n) / 1_000 - Number(after(line, '"load/sent":"')));
  }

  ended(how) {
    this.wrong.push(`the watch ended: ${how}`);
  }
}

function after(line, marker) {
  const at = line.indexOf(marker);
  if (at < 0) return undefined;
  const start = at + marker.length;
  return line.toString('latin1', start, line.indexOf('"', start));
}

answer({
  open({ credentials, path, form, count, reads, numbers }) {
    const watchers = Array.from({ length: count }, () => new Watcher(numbers, reads));
    return group.add(watchers, (_, handlers) => openStream(credentials, path, ACCEPT[form], handlers), reads);
  },
  slowest: group.slowest,
  readAtLast: group.readAtLast,
  closeLate: group.closeLate,
  closeRest: group.closeRest,
  times() {
    const [p50, p99, max] = [0.5, 0.99, 1].map((share) => times.percentile(share));
    times = new Histogram();
    return { p50, p99, max };
  },
});
