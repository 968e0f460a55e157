import type { Route } from '../http/types.js';
import { commandRoutes } from './command-request.js';
import { podTarget, type PodStreams } from './pod-streams.js';

/**
 * `pods/NAME/attach`: the standard streams of the container's own process, until it ends. How it ended is not part of the
 * answer: clients read the pod's status for that.
 */
export const attachRoutes = (parts: PodStreams): readonly Route[] =>
  commandRoutes(parts, 'attach', ({ pod, container, streams: { tty, stdin } }) => async (signal) => {
    const session = await parts.operations.attach({ ...podTarget(pod), container }, { tty, stdin }, signal);
    const exitCode = session.exitCode.then(() => 0);
    exitCode.catch(() => undefined);
    return { ...session, exitCode };
  });
