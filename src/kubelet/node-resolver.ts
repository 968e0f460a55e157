import { readFile } from 'node:fs/promises';
import type { EngineInfo } from '../runtime/runtime.js';
import { parseResolver, type Resolver } from './core/spec/dns-file.js';

/** What the engine's machine asks, where that is this machine; of another one nothing is known. */
export async function nodeResolver({ sharesFilesystem }: EngineInfo): Promise<Resolver> {
  return parseResolver(sharesFilesystem ? await readFile('/etc/resolv.conf', 'utf8').catch(() => '') : '');
}
