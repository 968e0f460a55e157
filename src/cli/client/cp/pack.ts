import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pack as createPack, type Header, type Pack } from 'tar-stream';
import { KubeletteError } from '../../../lib/errors.js';

type EntryHeader = Partial<Header> & Pick<Header, 'name'>;

/**
 * A file or a folder with all below it as a tar archive, in which it is called `name`. Links below it stay links; what is
 * neither file, folder nor link is left out.
 * @param skipped is told the paths that are left out
 */
export function packPath(path: string, name: string, skipped: (path: string) => void): AsyncIterable<Buffer> {
  const archive = createPack();
  // What goes wrong comes out of the archive.
  stat(path)
    .then((stats) => addPath(archive, path, name, stats, skipped))
    .then(
      () => archive.finalize(),
      (error: unknown) => archive.destroy(error as Error),
    );
  // A pack is a stream of bytes.
  return archive as AsyncIterable<Buffer>;
}

async function addPath(
  archive: Pack,
  path: string,
  name: string,
  stats: Stats,
  skipped: (path: string) => void,
): Promise<void> {
  const header = { name, mode: stats.mode & 0o7777, mtime: stats.mtime, uid: stats.uid, gid: stats.gid };
  if (stats.isDirectory()) {
    await addEntry(archive, { ...header, type: 'directory' });
    for (const child of (await readdir(path)).sort()) {
      const childPath = join(path, child);
      await addPath(archive, childPath, `${name}/${child}`, await lstat(childPath), skipped);
    }
  } else if (stats.isSymbolicLink()) {
    await addEntry(archive, { ...header, type: 'symlink', linkname: await readlink(path) });
  } else if (stats.isFile()) {
    await addEntry(archive, { ...header, type: 'file', size: stats.size }, path);
  } else skipped(path);
}

/** @param content the file to take it from */
function addEntry(archive: Pack, header: EntryHeader, content?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = archive.entry(header, (error) => (error ? reject(error) : resolve()));
    // Only files have content; other entries have ended already.
    if (content === undefined) return;
    const { size = 0 } = header;
    if (size === 0) {
      entry.end(undefined);
      return;
    }
    // A file that grows is cut where it ended when this began.
    const file = createReadStream(content, { end: size - 1 });
    let sent = 0;
    file.on('data', (chunk) => {
      sent += chunk.length;
      if (!entry.write(chunk)) file.pause();
    });
    entry.on('drain', () => file.resume());
    file.on('error', reject);
    file.on('end', () => {
      if (sent === size) entry.end(undefined);
      else reject(new KubeletteError('Internal', `${content} became shorter while it was copied`));
    });
  });
}
