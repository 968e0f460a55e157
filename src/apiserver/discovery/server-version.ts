/**
 * What `/version` answers. 1.33 is within one minor of every kubectl from 1.32 to 1.34, which would warn otherwise; the
 * suffix is build metadata, which no comparison of versions looks at.
 */
export function serverVersion(): Readonly<Record<string, string>> {
  return {
    major: '1',
    minor: '33',
    gitVersion: 'v1.33.0+kubelette',
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '2025-01-01T00:00:00Z',
    goVersion: 'none',
    compiler: `node ${process.version}`,
    platform: `${process.platform === 'win32' ? 'windows' : process.platform}/${GO_ARCH[process.arch] ?? process.arch}`,
  };
}

/** Go's words for Node's. */
const GO_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };
