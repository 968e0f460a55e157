import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { atEnd } from '../../endings.mjs';
import { openKubectl } from '../../kubectl.mjs';
import { below, mustBe } from '../../report.mjs';
import { allReady, createPods, loadPod, measured, waits, withAgent } from '../agent-under-load.mjs';

const MEGABYTE = 1_048_576;
const POD = 'copied';

/** A large file with `kubectl cp` into a pod and out of it again. */
export function run({ quick }) {
  const megabytes = quick ? 32 : 1_024;
  return withAgent(async (agent, api) => {
    const directory = await mkdtemp(join(tmpdir(), 'kubelette-load-copy-'));
    const clear = atEnd(() => rm(directory, { recursive: true, force: true }));
    try {
      const kubectl = await openKubectl(agent);
      const [sent, received] = ['sent', 'received'].map((name) => join(directory, name));
      const sum = await writeRandom(sent, megabytes);
      // Not in the layer of the container: that it is slow there is not the agent's doing.
      const mounted = { ...waits('app'), volumeMounts: [{ name: 'data', mountPath: '/data' }] };
      await createPods(api, [loadPod(POD, [mounted], { volumes: [{ name: 'data', emptyDir: {} }] })]);
      await allReady(api, 1);
      const into = await measured(agent, () => kubectl('cp', sent, `${POD}:/data/file`));
      const inside = (await kubectl('exec', POD, '--', 'sha256sum', '/data/file')).split(' ')[0];
      const out = await measured(agent, () => kubectl('cp', `${POD}:/data/file`, received));
      const outside = await sumOf(received);
      return [
        ...figuresOf('into a pod', into, megabytes),
        ...figuresOf('out of it', out, megabytes),
        mustBe('every byte is the same inside', inside === sum ? [] : [inside]),
        mustBe('and outside again', outside === sum ? [] : [outside]),
      ];
    } finally {
      await clear();
    }
  });
}

const figuresOf = (direction, { after, before, percent, seconds }, megabytes) => [
  {
    figure: `${megabytes} MB ${direction}`,
    value: seconds,
    unit: 's',
    note: `${(megabytes / seconds).toFixed(0)} MB/s`,
  },
  { figure: 'CPU of the agent meanwhile', value: percent, unit: '% of a core' },
  below('what its memory grew by at most', after.peakMegabytes - before.megabytes, 64, 'MB'),
];

/** @returns its SHA-256 */
async function writeRandom(path, megabytes) {
  const hash = createHash('sha256');
  const blocks = function* () {
    for (let block = 0; block < megabytes; block += 1) {
      const bytes = randomFillSync(Buffer.allocUnsafe(MEGABYTE));
      hash.update(bytes);
      yield bytes;
    }
  };
  await pipeline(Readable.from(blocks()), createWriteStream(path));
  return hash.digest('hex');
}

async function sumOf(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
