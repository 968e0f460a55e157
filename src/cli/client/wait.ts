import { KubeletteError } from '../../lib/errors.js';
import { ApiError } from './api-error.js';
import { qualifiedPlural, resourcePath } from './discovery.js';
import { durationFlag } from './go-duration.js';
import { readManifestObjects, requiredName, type ManifestFlags } from './manifest-objects.js';
import { objectName, type AnyObject, type ObjectList } from './objects.js';
import { readResourceArguments } from './resource-arguments.js';
import { selectorQuery, type SelectorFlags } from './selectors.js';
import type { Session } from './session.js';
import { untilGone, type WaitedObject } from './until-gone.js';
import { parseWaitFor, type WaitFor } from './wait-for.js';
import { watchEvents } from './watch-events.js';

export interface WaitFlags extends ManifestFlags, SelectorFlags {
  readonly for?: string;
  readonly timeout: string;
  readonly all?: true;
  readonly allNamespaces?: true;
}

/** A week: what a negative timeout means to kubectl. */
const LONG_MS = 7 * 24 * 3_600_000;
const CREATED_POLL_MS = 500;

/** `wait --for=…`: until each of the objects is as demanded, or the time is up. */
export async function wait(session: Session, args: readonly string[], flags: WaitFlags): Promise<void> {
  const goal = parseWaitFor(flags.for ?? '');
  const timeoutMs = durationFlag('--timeout', flags.timeout);
  const deadline = AbortSignal.any([session.signal, AbortSignal.timeout(timeoutMs < 0 ? LONG_MS : timeoutMs)]);
  const objects = await selectWaited(session, args, flags);
  if (objects.length === 0 && goal.kind !== 'delete')
    throw new KubeletteError('NotFound', 'no matching resources found');
  for (const object of objects) {
    try {
      if (await waitForOne(session, object, goal, timeoutMs === 0 ? session.signal : deadline, timeoutMs === 0))
        session.terminal.out.write(`${objectName(object.resource, object.name)} condition met\n`);
    } catch (error) {
      session.signal.throwIfAborted();
      session.report(error);
    }
  }
}

async function selectWaited(
  session: Session,
  args: readonly string[],
  flags: WaitFlags,
): Promise<readonly WaitedObject[]> {
  if ((flags.filename ?? []).length > 0) {
    const objects = await readManifestObjects(session, flags);
    return objects.map((object) => {
      const { namespace, resource } = object;
      return { resource, namespace, name: requiredName(object) };
    });
  }
  const selection = await readResourceArguments(args, session.discovery);
  const { client, namespace, signal } = session;
  if (selection.kind === 'objects') return selection.objects.map((object) => ({ ...object, namespace }));
  if (flags.all !== true && flags.selector === undefined && flags.fieldSelector === undefined)
    throw new KubeletteError('Invalid', 'resource(s) were provided, but no name was specified');
  const lists = await Promise.all(
    selection.types.map(async (resource) => {
      const path = resourcePath(resource, flags.allNamespaces === true ? undefined : namespace);
      const { items } = await client.json<ObjectList>({ path, query: selectorQuery(flags) }, signal);
      return items.map(({ metadata }) => ({ resource, namespace: metadata.namespace, name: metadata.name }));
    }),
  );
  return lists.flat();
}

/** @returns false when there is nothing to tell: what was to be deleted did not exist */
async function waitForOne(
  session: Session,
  object: WaitedObject,
  goal: WaitFor,
  deadline: AbortSignal,
  once: boolean,
): Promise<boolean> {
  const { resource, namespace, name } = object;
  const { client, terminal } = session;
  const timedOut = `timed out waiting for the condition on ${qualifiedPlural(resource)}/${name}`;
  try {
    const path = resourcePath(resource, namespace, name);
    const found =
      goal.kind === 'match' ? await client.json<AnyObject>({ path }, deadline) : await read(session, path, deadline);
    if (goal.kind === 'delete') {
      if (found === undefined) return false;
      if (once) throw new KubeletteError('Timeout', timedOut);
      const { uid } = found.metadata;
      await untilGone(session, { ...object, ...(uid === undefined ? {} : { uid }) }, deadline);
      return true;
    }
    if (goal.kind === 'create') {
      for (let seen = found; seen === undefined; seen = await read(session, path, deadline))
        await terminal.clock.sleep(CREATED_POLL_MS, deadline);
      return true;
    }
    if (found !== undefined && goal.met(found)) return true;
    if (once) throw new KubeletteError('Timeout', timedOut);
    await untilMet(session, object, goal.met, deadline);
    return true;
  } catch (error) {
    if (!deadline.aborted || session.signal.aborted) throw error;
    const message = goal.kind === 'create' ? 'timed out waiting for the condition' : timedOut;
    throw new KubeletteError('Timeout', message, { cause: error });
  }
}

async function read({ client }: Session, path: string, signal: AbortSignal): Promise<AnyObject | undefined> {
  try {
    return await client.json<AnyObject>({ path }, signal);
  } catch (error) {
    if (error instanceof ApiError && error.notFound) return undefined;
    throw error;
  }
}

async function untilMet(
  { client }: Session,
  { resource, namespace, name }: WaitedObject,
  met: (object: AnyObject) => boolean,
  deadline: AbortSignal,
): Promise<void> {
  const path = resourcePath(resource, namespace);
  for (;;) {
    // From version 0 it comes as it is now, then with every change.
    const query = { fieldSelector: `metadata.name=${name}`, resourceVersion: '0' };
    for await (const { object, type } of watchEvents<AnyObject>(client, { path, query }, deadline))
      if ((type === 'ADDED' || type === 'MODIFIED') && met(object)) return;
  }
}
