/** Watchers of pods: what each got, and how long it took to get there. */
import { answer } from './clients.mjs';
import { Histogram } from './histogram.mjs';
import { LinesSaid } from './lines-said.mjs';
import { ReaderGroup } from './reader-group.mjs';
import { openStream } from './stream-client.mjs';

/** As informers ask, and as `kubectl get -w` does. */
const ACCEPT = {
  object: 'application/json',
  table: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
};

const group = new ReaderGroup();
const said = { object: new LinesSaid(), table: new LinesSaid() };
let times = new Histogram();

class Watcher {
  wrong = [];

  /**
   * @param said what a line says
   * @param numbers the last one of each pod so far; every change has the next one
   * @param timed whether it counts how long changes took
   */
  constructor(said, numbers, timed) {
    this.said = said;
    this.numbers = [...numbers];
    this.got = numbers.reduce((sum, number) => sum + number, 0);
    this.versions = [];
    this.timed = timed;
  }

  line(line) {
    const { bookmark, number, pod, version, sent } = this.said(line);
    // They are welcome.
    if (bookmark) return;
    if (number === undefined) return void this.wrong.push(line.toString().slice(0, 200));
    // Something else of the pod has changed.
    if (number === this.numbers[pod] && version !== this.versions[pod]) return;
    this.versions[pod] = version;
    const expected = this.numbers[pod] + 1;
    if (number !== expected) this.wrong.push(`pod ${pod}: ${expected} expected, got ${number}`);
    this.numbers[pod] = number;
    this.got += 1;
    if (this.timed) times.add(Number(process.hrtime.bigint() / 1_000n) / 1_000 - sent);
  }

  ended(how) {
    this.wrong.push(`the watch ended: ${how}`);
  }
}

answer({
  open({ credentials, path, form, count, reads, numbers }) {
    const watchers = Array.from({ length: count }, () => new Watcher(said[form].reader(), numbers, reads));
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
