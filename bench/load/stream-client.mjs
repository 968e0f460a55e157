import { connect } from 'node:tls';

/** What any connection received last: looked at before the next one is read. */
const RECEIVED = Buffer.alloc(64 * 1024);

/**
 * One streamed answer over a connection of its own, taken apart as cheaply as it gets: a thousand of these share a core
 * with nothing else.
 *
 * @param onLine gets each line without its newline, as a Buffer that is not kept
 * @returns resolves once the answer has begun; `pause` stops reading the socket, and with it the sender
 */
export function openStream(credentials, path, accept, { onLine, onEnd }) {
  return new Promise((resolve, reject) => {
    const onread = { buffer: RECEIVED, callback: (count) => void received(RECEIVED.subarray(0, count)) };
    const socket = connect({ ...credentials, ALPNProtocols: ['http/1.1'], onread });
    const body = chunkedLines(onLine);
    let head = '';
    let begun = false;
    const fail = (error) => (begun ? onEnd(error) : reject(error));
    socket.on('error', fail);
    socket.on('secureConnect', () =>
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: ${credentials.host}:${credentials.port}\r\nAccept: ${accept}\r\n\r\n`,
      ),
    );
    const received = (bytes) => {
      if (begun) return void (body(bytes) && onEnd());
      head += bytes.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const [status] = head.split('\r\n');
      if (!status.includes(' 200 ')) return reject(new Error(head.split('\r\n\r\n')[1] || status));
      begun = true;
      resolve({ pause: () => socket.pause(), resume: () => socket.resume(), close: () => socket.destroy() });
      const rest = Buffer.from(head.slice(end + 4), 'latin1');
      if (rest.length > 0) body(rest);
    };
    socket.on('close', () => onEnd());
  });
}

/** Lines out of a chunked body. The function returned says whether that has ended. */
function chunkedLines(onLine) {
  let left = 0;
  let header = '';
  let line = [];
  let ended = false;
  const content = (bytes) => {
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      const rest = bytes.subarray(start, end);
      onLine(line.length === 0 ? rest : Buffer.concat([...line, rest]));
      line = [];
      start = end + 1;
    }
    if (start < bytes.length) line.push(Buffer.from(bytes.subarray(start)));
  };
  return (bytes) => {
    for (let at = 0; at < bytes.length && !ended;) {
      if (left > 2) {
        const piece = bytes.subarray(at, at + left - 2);
        content(piece);
        left -= piece.length;
        at += piece.length;
      } else if (left > 0) {
        // The line end behind each chunk.
        const skipped = Math.min(left, bytes.length - at);
        left -= skipped;
        at += skipped;
      } else {
        const end = bytes.indexOf(10, at);
        header += bytes.toString('latin1', at, end < 0 ? bytes.length : end);
        at = end < 0 ? bytes.length : end + 1;
        if (end < 0) continue;
        const size = parseInt(header, 16);
        header = '';
        ended = size === 0;
        left = size + 2;
      }
    }
    return ended;
  };
}
