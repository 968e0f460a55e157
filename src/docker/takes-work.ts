import { hasCode } from '../lib/errors.js';
import type { Engine } from './engine.js';

/**
 * Resolves when the engine answers, whatever it says, on a new connection. One that is told to stop closes its socket before it
 * touches a container, but goes on serving connections that are open, and starts on them what it then leaves behind.
 * Source: moby cmd/dockerd/daemon.go, the API is closed and waited for before `shutdownDaemon`.
 */
export async function takesWork(engine: Engine, signal: AbortSignal): Promise<void> {
  try {
    await engine.call({ method: 'GET', path: '/_ping', newConnection: true }, signal);
  } catch (error) {
    if (signal.aborted || hasCode(error, 'Unavailable')) throw error;
  }
}
