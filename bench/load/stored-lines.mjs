import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { until } from '../support.mjs';

/** The numbers that the lines in a container's log files begin with, oldest first, and how many files these are. */
export async function storedLines({ dataDir }, pod, container) {
  const root = join(dataDir, 'logs', 'pods');
  const directory = (await readdir(root)).find((name) => name.startsWith(`default_${pod}_`));
  const folder = join(root, directory, container);
  // Files change their names while they are compressed; of the rotated ones the newest stays as it is.
  const names = await until('rotated files are compressed', async () => {
    const found = (await readdir(folder)).sort();
    return found.filter((name) => !name.endsWith('.gz')).length <= 2 && found;
  });
  // `0.log.<stamp>` and `0.log.<stamp>.gz` sort by age; `0.log` is the newest and sorts before them.
  const [current, ...rotated] = names;
  const numbers = [];
  for (const name of [...rotated, current]) {
    const bytes = await readFile(join(folder, name));
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
    // `<time> stdout F <number> xxxx`
    for (const line of text.split('\n').filter((content) => content !== '')) numbers.push(Number(line.split(' ')[3]));
  }
  return { numbers, files: names.length };
}
