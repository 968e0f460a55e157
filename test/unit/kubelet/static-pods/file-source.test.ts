import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, open, rename, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FileSource } from '../../../../src/kubelet/static-pods/file-source.js';
import { describeProblem, MANIFEST, type Snapshot } from '../../../../src/kubelet/static-pods/pod-source.js';
import { systemClock, type Clock } from '../../../../src/lib/clock.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import { eventually } from '../../../support/eventually.js';

// Real files and real time: what is tested is how the source gets along with a file system.

let parent: string;
let dir: string;
let stop: AbortController;
let snapshots: Snapshot[];
let running: Promise<void>;
const at = (name: string): string => join(dir, name);
const pod = (name: string, image = 'busybox:1'): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\nspec:\n  containers:\n  - name: app\n    image: ${image}\n`;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kubelette-source-'));
  dir = join(parent, 'pods');
  await mkdir(dir);
  stop = new AbortController();
  snapshots = [];
  running = Promise.resolve();
});
afterEach(async () => {
  stop.abort();
  await running;
  await rm(parent, { recursive: true });
});

/** Starts the source and waits for its first snapshot. */
async function start(roots = [dir], suffixName = false, clock = systemClock): Promise<void> {
  const source = new FileSource({ roots, nodeName: 'node-a', suffixName, clock, logger: silentLogger });
  running = (async () => {
    for await (const snapshot of source.snapshots(stop.signal)) snapshots.push(snapshot);
  })();
  await eventually('the first snapshot', () => snapshots.length > 0);
}

/** `name=image`, as now wanted. */
const wanted = (snapshot = snapshots.at(-1)): string[] =>
  (snapshot?.pods ?? []).map(({ metadata, spec }) => `${metadata.name}=${spec.containers[0]?.image ?? ''}`);
const problems = (): string[] =>
  (snapshots.at(-1)?.problems ?? []).map((problem) => describeProblem(problem).replaceAll(`${dir}/`, ''));
const becomes = (...pods: string[]): Promise<unknown> =>
  eventually(`the pods ${pods.join(' ')}`, () => {
    if (JSON.stringify(wanted()) === JSON.stringify(pods)) return true;
    throw new Error(`${wanted().join(' ')}; ${problems().join('; ')}`);
  });
const complains = (pattern: RegExp): Promise<unknown> =>
  eventually(`a problem like ${String(pattern)}`, () => {
    if (problems().some((problem) => pattern.test(problem))) return true;
    throw new Error(problems().join('; '));
  });
const isContent = (): Promise<unknown> => eventually('no problem', () => problems().length === 0);
/** No pod was ever missing in between. */
const neverWithout = (name: string, from = 0): void => {
  for (const snapshot of snapshots.slice(from))
    expect(wanted(snapshot).some((pod) => pod.startsWith(`${name}=`))).toBe(true);
};

describe('a directory of manifests', () => {
  it('is delivered whole at the start, also when it is empty', async () => {
    await start();
    expect(snapshots).toEqual([{ pods: [], configs: [], problems: [], warnings: [], duplicates: [], unread: [] }]);
  });

  it('is delivered whole also when the process did not get to run for a while after its first look', async () => {
    let lateMs = 0;
    const clock: Clock = {
      ...systemClock,
      now: () => {
        queueMicrotask(() => (lateMs = 10_000));
        return systemClock.now() + lateMs;
      },
      monotonic: () => systemClock.monotonic() + lateMs,
    };
    await writeFile(at('a.yaml'), pod('a'));
    await start([dir], false, clock);
    expect(snapshots.map((snapshot) => wanted(snapshot))).toEqual([['a=busybox:1']]);
  });

  it('is read in the order of names, several documents in a file', async () => {
    await writeFile(at('b.yaml'), pod('b'));
    await writeFile(at('a.yml'), `${pod('a2')}---\n${pod('a1')}`);
    await writeFile(
      at('c.json'),
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'c' },
        spec: { containers: [{ name: 'x', image: 'y' }] },
      }),
    );
    await writeFile(at('d.txt'), pod('d'));
    await writeFile(at('.e.yaml'), pod('e'));
    await start([dir], true);
    expect(wanted()).toEqual(['a2-node-a=busybox:1', 'a1-node-a=busybox:1', 'b-node-a=busybox:1', 'c-node-a=y']);
    expect(snapshots).toHaveLength(1);
  });

  it('is followed: add, edit, delete', async () => {
    await start();
    await writeFile(at('a.yaml'), pod('a'));
    await becomes('a=busybox:1');
    await writeFile(at('b.yaml'), pod('b'));
    await becomes('a=busybox:1', 'b=busybox:1');
    const uid = snapshots.at(-1)?.pods[0]?.metadata.uid;
    await writeFile(at('a.yaml'), pod('a', 'busybox:2'));
    await becomes('a=busybox:2', 'b=busybox:1');
    expect(snapshots.at(-1)?.pods[0]?.metadata.uid).not.toBe(uid);
    await unlink(at('a.yaml'));
    await becomes('b=busybox:1');
    await unlink(at('b.yaml'));
    await becomes();
  });

  it('of which a file was touched or rewritten as it was, is the same', async () => {
    await writeFile(at('a.yaml'), pod('a'));
    await start();
    await writeFile(at('a.yaml'), pod('a'));
    await writeFile(at('b.yaml'), pod('b'));
    await becomes('a=busybox:1', 'b=busybox:1');
    for (const { pods } of snapshots) expect(pods[0]).toEqual(snapshots[0]?.pods[0]);
  });
});

describe('editors that', () => {
  beforeEach(async () => {
    await writeFile(at('a.yaml'), pod('a'));
    await start();
  });

  it('rename a new file over the old one', async () => {
    await writeFile(at('.a.yaml.tmp'), pod('a', 'busybox:2'));
    await rename(at('.a.yaml.tmp'), at('a.yaml'));
    await becomes('a=busybox:2');
    expect(snapshots).toHaveLength(2);
  });

  it('move the old file away before they write the new one', async () => {
    await rename(at('a.yaml'), at('a.yaml~'));
    await writeFile(at('a.yaml'), pod('a', 'busybox:2'));
    await becomes('a=busybox:2');
  });

  it('truncate the file and then write it', async () => {
    await truncate(at('a.yaml'));
    await writeFile(at('a.yaml'), pod('a', 'busybox:2'));
    await becomes('a=busybox:2');
    neverWithout('a');
  });

  it('write in pieces, each of which is a document of its own', async () => {
    const pieces = [pod('a', 'busybox:2'), '---\n', pod('b'), '---\n', pod('c')];
    const file = await open(at('a.yaml'), 'w');
    for (const piece of pieces) await file.write(piece);
    await file.close();
    await becomes('a=busybox:2', 'b=busybox:1', 'c=busybox:1');
    neverWithout('a');
  });

  it('leave a half-written file for longer, which is told and taken back', async () => {
    const text = pod('a', 'busybox:2');
    await writeFile(at('a.yaml'), text.slice(0, 50));
    await complains(/^a\.yaml/);
    expect(wanted()).toEqual(['a=busybox:1']);
    await appendFile(at('a.yaml'), text.slice(50));
    await becomes('a=busybox:2');
    await isContent();
  });

  it('rename a file do not rename its pods', async () => {
    const uid = snapshots[0]?.pods[0]?.metadata.uid;
    await rename(at('a.yaml'), at('z.yaml'));
    await eventually(
      'the new file',
      () => snapshots.at(-1)?.pods[0]?.metadata.annotations?.[MANIFEST] === at('z.yaml'),
    );
    expect(snapshots.at(-1)?.pods.map(({ metadata }) => metadata.uid)).toEqual([uid]);
    neverWithout('a');
  });
});

describe('a broken file', () => {
  it('keeps its last good pods, hurts no other, and is told with line and column until it is repaired', async () => {
    await writeFile(at('a.yaml'), `${pod('a')}---\n${pod('a2')}`);
    await start();
    await writeFile(at('a.yaml'), pod('a').replace('image:', 'imagee:'));
    await complains(/^a\.yaml:8:5: spec\.containers\[0\]\.imagee: /);
    await writeFile(at('b.yaml'), pod('b'));
    await becomes('a=busybox:1', 'a2=busybox:1', 'b=busybox:1');
    expect(problems()).not.toEqual([]);
    await writeFile(at('a.yaml'), pod('a', 'busybox:3'));
    await becomes('a=busybox:3', 'b=busybox:1');
    await isContent();
  });

  it.each([
    ['empty', '', /^a\.yaml: there is no object in it$/],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x61]), /^a\.yaml: cannot be read: is not UTF-8 text$/],
    ['full of NULs', '\0\0\0', /^a\.yaml:1:1: control character U\+0000/],
    ['invalid in one document of two', `${pod('a', 'busybox:2')}---\n${pod('B')}`, /^a\.yaml:13:9: metadata\.name: /],
  ])('that is %s keeps its last good pods', async (_what, content, problem) => {
    await writeFile(at('a.yaml'), pod('a'));
    await start();
    await writeFile(at('a.yaml'), content);
    await complains(problem);
    expect(wanted()).toEqual(['a=busybox:1']);
  });

  it('takes its pods along when it is deleted', async () => {
    await writeFile(at('a.yaml'), pod('a'));
    await start();
    await writeFile(at('a.yaml'), 'a: [');
    await complains(/^a\.yaml/);
    await unlink(at('a.yaml'));
    await becomes();
    expect(problems()).toEqual([]);
  });

  it('at the start is one whose pods are not known', async () => {
    await writeFile(at('a.yaml'), 'a: [');
    await writeFile(at('b.yaml'), pod('b'));
    await start();
    expect(wanted()).toEqual(['b=busybox:1']);
    expect(snapshots[0]?.unread).toEqual([at('a.yaml')]);
    await writeFile(at('a.yaml'), pod('a'));
    await becomes('a=busybox:1', 'b=busybox:1');
    expect(snapshots.at(-1)?.unread).toEqual([]);
  });

  it('is told with CRLF line ends at the same place', async () => {
    await writeFile(at('a.yaml'), pod('a').replace('image:', 'imagee:').replaceAll('\n', '\r\n'));
    await start();
    expect(problems()).toContainEqual(expect.stringMatching(/^a\.yaml:8:5: /));
  });
});

describe('what is no regular file', () => {
  it('is told and not read: FIFOs, directories, dangling links', async () => {
    await writeFile(at('ok.yaml'), pod('ok'));
    execFileSync('mkfifo', [at('fifo.yaml')]);
    await mkdir(at('dir.yaml'));
    await symlink('nowhere', at('link.yaml'));
    await start();
    expect(wanted()).toEqual(['ok=busybox:1']);
    expect(problems().sort()).toEqual([
      'dir.yaml: is not a regular file',
      'fifo.yaml: is not a regular file',
      'link.yaml: is a link to nothing',
    ]);
  });

  it('is followed when it is a link to one, also when the link changes', async () => {
    await writeFile(join(parent, 'v1'), pod('a'));
    await writeFile(join(parent, 'v2'), pod('a', 'busybox:2'));
    await symlink('../v1', at('a.yaml'));
    await start();
    expect(wanted()).toEqual(['a=busybox:1']);
    await symlink('../v2', at('.a.new'));
    await rename(at('.a.new'), at('a.yaml'));
    await becomes('a=busybox:2');
    neverWithout('a');
  });
});

describe('two pods of one name', () => {
  it('the first file by name wins, the other is told with both, and comes in when the first goes', async () => {
    await writeFile(at('b.yaml'), pod('web', 'busybox:b'));
    await start();
    expect(wanted()).toEqual(['web=busybox:b']);
    await writeFile(at('a.yaml'), pod('web', 'busybox:a'));
    await becomes('web=busybox:a');
    expect(problems()).toEqual(['b.yaml: pod default/web is ignored: a.yaml has one of the same name']);
    expect(snapshots.at(-1)?.duplicates.map(({ spec }) => spec.containers[0]?.image)).toEqual(['busybox:b']);
    await unlink(at('a.yaml'));
    await becomes('web=busybox:b');
    expect(problems()).toEqual([]);
  });

  it('in one file, the first one counts; in other namespaces they are different pods', async () => {
    const other = pod('web', 'busybox:3').replace('name: web', 'name: web\n  namespace: other');
    await writeFile(at('a.yaml'), [pod('web'), pod('web', 'busybox:2'), other].join('---\n'));
    await start();
    expect(wanted()).toEqual(['web=busybox:1', 'web=busybox:3']);
  });
});

describe('a directory that cannot be read', () => {
  it('is not empty: its pods stay while it is away, and it is followed again when it is back', async () => {
    await writeFile(at('a.yaml'), pod('a'));
    await start();
    await rename(dir, join(parent, 'away'));
    await complains(/pods: no such file or directory$/);
    expect(wanted()).toEqual(['a=busybox:1']);
    await rename(join(parent, 'away'), dir);
    await isContent();
    expect(wanted()).toEqual(['a=busybox:1']);
    await writeFile(at('a.yaml'), pod('a', 'busybox:2'));
    await becomes('a=busybox:2');
  });

  it('may come back as another one', async () => {
    await writeFile(at('a.yaml'), pod('a'));
    await start();
    await rename(dir, join(parent, 'old'));
    await mkdir(dir);
    await writeFile(at('b.yaml'), pod('b'));
    await becomes('b=busybox:1');
  });

  it('at the start is unknown, not empty', async () => {
    await rm(dir, { recursive: true });
    await start();
    expect(snapshots[0]).toMatchObject({ pods: [], unread: [dir] });
    expect(problems()[0]).toMatch(/pods: no such file or directory$/);
    await mkdir(dir);
    await writeFile(at('a.yaml'), pod('a'));
    await becomes('a=busybox:1');
    expect(snapshots.at(-1)).toMatchObject({ unread: [], problems: [] });
  });

  it('is told when it is something else', async () => {
    await start([join(dir, 'x', '..', 'y.yaml', 'z')]);
    await complains(/no such file|cannot be read/);
  });
});

describe('several roots', () => {
  it('come in the order given, the first one first, each file once', async () => {
    await writeFile(at('b.yaml'), pod('web', 'busybox:b'));
    await writeFile(at('c.yaml'), pod('c'));
    const file = join(parent, 'manifest');
    await writeFile(file, pod('web', 'busybox:first'));
    await start([file, `${dir}/`, dir, at('c.yaml')]);
    expect(wanted()).toEqual(['web=busybox:first', 'c=busybox:1']);
    expect(problems()).toEqual([`b.yaml: pod default/web is ignored: ${file} has one of the same name`]);
  });

  it('may be single files, which are followed, and may go and come back', async () => {
    await writeFile(at('a.yaml'), pod('a'));
    await start([at('a.yaml')]);
    await writeFile(at('other.yaml'), pod('other'));
    await writeFile(at('.tmp'), pod('a', 'busybox:2'));
    await rename(at('.tmp'), at('a.yaml'));
    await becomes('a=busybox:2');
    await unlink(at('a.yaml'));
    await becomes();
    await complains(/^a\.yaml: no such file or directory$/);
    await writeFile(at('a.yaml'), pod('a', 'busybox:3'));
    await becomes('a=busybox:3');
    await isContent();
  });
});

it('ends when the signal aborts', async () => {
  await start();
  stop.abort();
  await running;
  await writeFile(at('a.yaml'), pod('a'));
  expect(wanted()).toEqual([]);
});
