import { badRequest } from '../http/status-error.js';
import type { Route } from '../http/types.js';
import { commandRoutes } from './command-request.js';
import { podTarget, type PodStreams } from './pod-streams.js';

/** `pods/NAME/exec?command=…`: runs a command in a running container and reports its exit code. */
export const execRoutes = (parts: PodStreams): readonly Route[] =>
  commandRoutes(parts, 'exec', ({ pod, container, streams: { tty, stdin }, query }) => {
    const command = query.getAll('command');
    if (command.length === 0) throw badRequest('you must specify at least one command for the container');
    return async (signal) => parts.operations.exec({ ...podTarget(pod), container }, { command, tty, stdin }, signal);
  });
