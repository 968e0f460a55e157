import { atATime } from '../support.mjs';

const HANDSHAKES_AT_A_TIME = 20;

/**
 * Readers of streamed answers, some of which do not read before they are told to. A reader has `line(bytes)`, `got`, which
 * counts what it read, and `wrong`, which says what was not as it has to be.
 */
export class ReaderGroup {
  #members = [];

  /**
   * @param open opens the stream of a reader, see `openStream`
   * @returns when all answers have begun
   */
  async add(readers, open, reads) {
    const members = readers.map((reader) => ({ reader, reads, late: !reads }));
    await atATime(HANDSHAKES_AT_A_TIME, members, async (member) => {
      const { reader } = member;
      const onEnd = (error) => {
        if (!member.closed) reader.ended(error?.message ?? 'quietly');
        member.closed = true;
      };
      member.stream = await open(reader, { onLine: (line) => reader.line(line), onEnd });
      if (!reads) member.stream.pause();
    });
    this.#members.push(...members);
  }

  /** How far the slowest is of those that read. */
  slowest = () => Math.min(...this.#members.filter(({ reads }) => reads).map(({ reader }) => reader.got));

  readAtLast = () => {
    for (const member of this.#members.filter(({ reads }) => !reads)) {
      member.reads = true;
      member.stream.resume();
    }
  };

  /** Ends those that did not read at first. @returns what was wrong with them */
  closeLate = () => this.#close(({ late }) => late);

  /** Ends the others. */
  closeRest = () => this.#close(({ late }) => !late);

  #close(which) {
    const leaving = this.#members.filter(which);
    this.#members = this.#members.filter((member) => !leaving.includes(member));
    for (const member of leaving) {
      member.closed = true;
      member.stream.close();
    }
    return leaving.flatMap(({ reader }) => reader.wrong).slice(0, 10);
  }
}
