/**
 * Integration tests never skip: without an engine the run fails at once, with the next step.
 * The engine is found as the agent finds it; `DOCKER_HOST` or the default socket.
 */
import Docker from 'dockerode';

export default async function requireEngine() {
  try {
    await new Docker().ping();
  } catch (error) {
    throw new Error(
      `integration tests need a Docker engine and none answered (${String(error)}); run "bash scripts/setup.sh test" first`,
    );
  }
}
