/** Of the test image, without an entrypoint. */
const IMAGE = 'kubelette.local/busybox:1';

/** Runs until it is told to end, and then ends at once. */
export const UNTIL_TERMINATED = 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done';

export interface PodShape {
  readonly labels?: Readonly<Record<string, string>>;
  /** More of the metadata. */
  readonly metadata?: object;
  /** More of the container. */
  readonly container?: object;
  /** More of the spec. */
  readonly spec?: object;
}

/** A pod of one container `app` that runs a shell script, by default until it is deleted. */
export const podManifest = (name: string, script = UNTIL_TERMINATED, shape: PodShape = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: shape.labels ?? { app: name }, ...shape.metadata },
  spec: {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 5,
    containers: [scriptContainer('app', script, shape.container)],
    ...shape.spec,
  },
});

/** A container that runs a shell script. */
export const scriptContainer = (name: string, script: string, more: object = {}): object => ({
  name,
  image: IMAGE,
  command: ['sh', '-c', script],
  ...more,
});

/** Several objects in one file. */
export const listOf = (...items: readonly object[]): object => ({ apiVersion: 'v1', kind: 'List', items });
