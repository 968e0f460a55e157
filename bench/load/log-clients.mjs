/** Followers of logs whose lines begin with their number. */
import { answer } from './clients.mjs';
import { ReaderGroup } from './reader-group.mjs';
import { openStream } from './stream-client.mjs';

const group = new ReaderGroup();

class Follower {
  got = 0;
  wrong = [];

  line(line) {
    const number = Number(line.toString('latin1', 0, line.indexOf(' ')));
    if (number !== this.got + 1) this.wrong.push(`${this.got + 1} expected, got ${line.toString('latin1', 0, 80)}`);
    this.got = number;
  }

  ended(how) {
    this.wrong.push(`the log ended: ${how}`);
  }
}

answer({
  open({ credentials, paths, reads }) {
    const byReader = new Map(paths.map((path) => [new Follower(), path]));
    const open = (reader, handlers) => openStream(credentials, byReader.get(reader), '*/*', handlers);
    return group.add([...byReader.keys()], open, reads);
  },
  slowest: group.slowest,
  readAtLast: group.readAtLast,
  closeLate: group.closeLate,
  closeRest: group.closeRest,
});
