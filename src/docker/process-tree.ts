/** What `/proc/<pid>/stat` says about kinship. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** The process that leads its session. */
  readonly session: number;
}

/** The fields of one `/proc/<pid>/stat`; the name in it may hold anything. @returns undefined when it is none */
export function parseStat(text: string): Process | undefined {
  const [, pid, parent, session] = /^(\d+) \(.*\) \S (\d+) \d+ (\d+) /s.exec(text) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), parent: Number(parent), session: Number(session) };
}

/**
 * A process with everything that descends from it, and with what is left in its session though the parent is gone. One
 * that made itself a daemon, with a session and a parent of its own, is not among them.
 */
export function processTree(root: number, processes: readonly Process[]): ReadonlySet<number> {
  const tree = new Set([root]);
  for (let before = 0; before < tree.size;) {
    before = tree.size;
    for (const { parent, pid, session } of processes) if (session === root || tree.has(parent)) tree.add(pid);
  }
  return tree;
}
