import { pack, type Header } from 'tar-stream';
import type { Owner, VolumeContents } from '../runtime/volumes.js';

/** Larger owners do not fit into the octal fields of a tar header. */
const MAX_OCTAL_OWNER = 0o7777777;

/** The contents of a volume as the tar that `pause unpack` takes. */
export async function volumeArchive({ directory, files }: VolumeContents): Promise<Buffer> {
  const archive = pack();
  archive.entry({ ...ownerOf(directory), name: './', type: 'directory', mode: directory.mode });
  for (const file of files) {
    const { content, mode, path } = file;
    archive.entry({ ...ownerOf(file), name: path, type: 'file', mode }, Buffer.from(content));
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function ownerOf({ gid, uid }: Owner): Partial<Header> {
  const pax = {
    ...(uid > MAX_OCTAL_OWNER ? { uid: String(uid) } : {}),
    ...(gid > MAX_OCTAL_OWNER ? { gid: String(gid) } : {}),
  };
  const fits = (id: number): number => Math.min(id, MAX_OCTAL_OWNER);
  return { uid: fits(uid), gid: fits(gid), ...(Object.keys(pax).length === 0 ? {} : { pax }) };
}
