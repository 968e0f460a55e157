import { join } from 'node:path';
import { JwtSigner } from './jwt.js';
import { readPrivateFile, writePrivateFile } from '../../lib/private-file.js';

/**
 * The key that service account tokens are signed with: `pki/sa.key`, made when there is none that can be used. Call it while
 * holding the agent's lock.
 *
 * @throws Unavailable when the file cannot be read or written
 */
export async function loadTokenSigner(layout: { readonly pki: string }): Promise<JwtSigner> {
  const path = join(layout.pki, 'sa.key');
  const stored = await readPrivateFile(path);
  if (stored !== undefined) {
    try {
      return new JwtSigner(stored);
    } catch {
      // Damaged: what it has signed is lost, and is asked for anew.
    }
  }
  const pem = JwtSigner.newKey();
  await writePrivateFile(path, pem);
  return new JwtSigner(pem);
}
