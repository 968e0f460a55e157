import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pack as createPack, type Header, type Pack } from 'tar-stream';
import { KubeletteError } from '../../../lib/errors.js';
import { BYTES, isText, toByteName, toPath, toText, type ByteName } from './byte-names.js';
import { gnuLongName } from './gnu-long-name.js';

/** Names in it, of the entry and of what it links to, are bytes. */
type EntryHeader = Partial<Header> & { readonly name: ByteName; readonly linkname?: ByteName };

/**
 * A file or a folder with all below it as a tar archive, in which it is called `name`. Links below it stay links; what is
 * neither file, folder nor link is left out.
 * @param skipped is told the paths that are left out
 */
export function packPath(path: string, name: string, skipped: (path: string) => void): AsyncIterable<Buffer> {
  const archive = createPack();
  // What goes wrong comes out of the archive.
  stat(path)
    .then((stats) => addPath(archive, toByteName(path), toByteName(name), stats, skipped))
    .then(
      () => archive.finalize(),
      (error: unknown) => archive.destroy(error as Error),
    );
  // A pack is a stream of bytes.
  return archive as AsyncIterable<Buffer>;
}

async function addPath(
  archive: Pack,
  path: ByteName,
  name: ByteName,
  stats: Stats,
  skipped: (path: string) => void,
): Promise<void> {
  const header = { name, mode: stats.mode & 0o7777, mtime: stats.mtime, uid: stats.uid, gid: stats.gid };
  if (stats.isDirectory()) {
    await addEntry(archive, { ...header, type: 'directory' });
    for (const child of (await readdir(toPath(path), BYTES)).sort()) {
      const childPath = join(path, child);
      await addPath(archive, childPath, `${name}/${child}`, await lstat(toPath(childPath)), skipped);
    }
  } else if (stats.isSymbolicLink()) {
    await addEntry(archive, { ...header, type: 'symlink', linkname: await readlink(toPath(path), BYTES) });
  } else if (stats.isFile()) {
    await addEntry(archive, { ...header, type: 'file', size: stats.size }, path);
  } else skipped(toText(path));
}

/** @param content the file to take it from */
function addEntry(archive: Pack, header: EntryHeader, content?: ByteName): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = archive.entry(withNames(archive, header), (error) => (error ? reject(error) : resolve()));
    // Only files have content; other entries have ended already.
    if (content === undefined) return;
    const { size = 0 } = header;
    if (size === 0) {
      entry.end(undefined);
      return;
    }
    // A file that grows is cut where it ended when this began.
    const file = createReadStream(toPath(content), { end: size - 1 });
    let sent = 0;
    file.on('data', (chunk) => {
      sent += chunk.length;
      if (!entry.write(chunk)) file.pause();
    });
    entry.on('drain', () => file.resume());
    file.on('error', reject);
    file.on('end', () => {
      if (sent === size) entry.end(undefined);
      else reject(new KubeletteError('Internal', `${toText(content)} became shorter while it was copied`));
    });
  });
}

/** The header with its names as text. Where one is none, they go before it, and what stands in for them is of no account. */
function withNames(archive: Pack, { linkname = '', name, ...header }: EntryHeader): EntryHeader {
  if (isText(name) && isText(linkname)) return { ...header, name: toText(name), linkname: toText(linkname) };
  if (linkname !== '') archive.push(gnuLongName(linkname, 'link'));
  archive.push(gnuLongName(name, 'entry'));
  return { ...header, name: 'LongLink', ...(linkname === '' ? {} : { linkname: 'LongLink' }) };
}
