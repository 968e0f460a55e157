import { KubeletteError } from '../../lib/errors.js';
import { splitLines } from '../../lib/lines.js';
import { writeBytes } from '../output/write-bytes.js';
import { ApiError } from './api-error.js';
import { findPod, podPath } from './find-pod.js';
import { durationFlag } from './go-duration.js';
import type { ObjectList } from './objects.js';
import { chooseContainer, startOrder, type ClientPod } from './pod-containers.js';
import { selectorQuery, type SelectorFlags } from './selectors.js';
import type { ClientFlags, Session } from './session.js';

export interface LogsFlags extends ClientFlags, SelectorFlags {
  readonly container?: string;
  readonly allContainers?: true;
  readonly follow?: true;
  readonly previous?: true;
  readonly timestamps?: true;
  readonly tail?: string;
  readonly since?: string;
  readonly sinceTime?: string;
  readonly limitBytes?: string;
  readonly prefix?: true;
  readonly ignoreErrors?: true;
  readonly maxLogRequests: string;
}

const USAGE = `expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.
POD or TYPE/NAME is a required argument for the logs command`;
/** Lines of each pod when several are chosen by their labels. */
const TAIL_OF_SELECTED = '10';

interface LogStream {
  readonly pod: string;
  readonly container: string;
}

/** `logs`: what containers have written, as they wrote it. */
export async function logs(session: Session, args: readonly string[], flags: LogsFlags): Promise<void> {
  const [name, container, ...more] = args;
  if (more.length > 0 || (name === undefined) === (flags.selector === undefined))
    throw new KubeletteError('Invalid', name !== undefined && flags.selector !== undefined ? ONE_OF_BOTH : USAGE);
  const query = logQuery(flags);
  const pods = await selectPods(session, name, flags);
  const wanted = flags.container ?? container;
  const streams = pods.flatMap((pod) => streamsOf(session, pod, wanted, flags));
  const most = Number(flags.maxLogRequests);
  if (flags.follow === true && streams.length > most)
    throw new KubeletteError(
      'Invalid',
      `you are attempting to follow ${streams.length} log streams, but maximum allowed concurrency is ${most}, use --max-log-requests to increase the limit`,
    );
  if (streams.length === 1 || flags.follow !== true) {
    for (const stream of streams) await print(session, stream, query, flags, streams.length > 1);
    return;
  }
  await Promise.all(streams.map((stream) => print(session, stream, query, flags, true)));
}

const ONE_OF_BOTH = 'only a selector (-l) or a POD name is allowed';

async function selectPods(session: Session, name: string | undefined, flags: LogsFlags): Promise<readonly ClientPod[]> {
  const { client, namespace, signal, terminal } = session;
  if (name === undefined) {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
    const { items } = await client.json<ObjectList<ClientPod>>({ path, query: selectorQuery(flags) }, signal);
    if (items.length === 0) terminal.err.write(`No resources found in ${namespace} namespace.\n`);
    return items;
  }
  try {
    return [await findPod(session, name, 'get the logs from')];
  } catch (error) {
    if (!(error instanceof ApiError && error.notFound)) throw error;
    // In these words since kubectl 1.34.
    const message = `error from server (NotFound): ${error.message} in namespace "${namespace}"`;
    throw new KubeletteError('NotFound', message, { cause: error });
  }
}

function streamsOf(
  { terminal }: Session,
  pod: ClientPod,
  wanted: string | undefined,
  { allContainers }: LogsFlags,
): readonly LogStream[] {
  if (allContainers === true) return startOrder(pod).map((container) => ({ pod: pod.metadata.name, container }));
  // A name the pod has not is refused by the server.
  if (wanted !== undefined) return [{ pod: pod.metadata.name, container: wanted }];
  const { name, notice } = chooseContainer(pod);
  if (notice !== undefined) terminal.err.write(`${notice}\n`);
  return [{ pod: pod.metadata.name, container: name }];
}

function logQuery(flags: LogsFlags) {
  const tail = flags.tail ?? (flags.selector === undefined ? '-1' : TAIL_OF_SELECTED);
  if (!/^-?\d+$/.test(tail)) throw new KubeletteError('Invalid', `invalid argument "${tail}" for "--tail" flag`);
  if (Number(tail) < -1) throw new KubeletteError('Invalid', '--tail must be greater than or equal to -1');
  if (flags.since !== undefined && flags.sinceTime !== undefined)
    throw new KubeletteError('Invalid', 'at most one of `sinceTime` or `sinceSeconds` may be specified');
  return {
    follow: flags.follow,
    previous: flags.previous,
    timestamps: flags.timestamps,
    tailLines: tail === '-1' ? undefined : tail,
    sinceSeconds: flags.since === undefined ? undefined : Math.ceil(durationFlag('--since', flags.since) / 1000),
    sinceTime: flags.sinceTime,
    limitBytes: flags.limitBytes,
  };
}

async function print(
  { client, namespace, report, signal, terminal }: Session,
  { container, pod }: LogStream,
  query: ReturnType<typeof logQuery>,
  flags: LogsFlags,
  byLine: boolean,
): Promise<void> {
  const prefix = flags.prefix === true ? `[pod/${pod}/${container}] ` : '';
  try {
    const path = `${podPath(namespace, pod)}/log`;
    const doing = `${query.follow === true ? 'following' : 'reading'} the logs of container ${container} of pod ${pod}`;
    const call = { path, query: { container, ...query }, accept: '*/*', doing };
    const { chunks, response } = await client.stream(call, signal);
    try {
      if (prefix === '' && !byLine) {
        for await (const chunk of chunks) if (!(await writeBytes(terminal.out, chunk, signal))) return;
      } else {
        for await (const line of splitLines(chunks))
          if (!(await writeBytes(terminal.out, `${prefix}${line}\n`, signal))) return;
      }
    } finally {
      response.destroy();
    }
  } catch (error) {
    if (flags.ignoreErrors !== true || signal.aborted) throw error;
    report(error);
  }
}
