import Docker from 'dockerode';
import { LABEL } from '../../../src/docker/labels.js';

interface EngineSide {
  readonly name: string;
  readonly attempt: string;
  readonly state: string;
  readonly exitCode: number;
}

/** Containers with these labels, past any proxy, sorted by name and attempt. */
export async function listEngineContainers(label: readonly string[]): Promise<EngineSide[]> {
  const docker = new Docker();
  const rows = await docker.listContainers({ all: true, filters: { label: [...label] } });
  const inspected = await Promise.all(rows.map(async ({ Id }) => docker.getContainer(Id).inspect()));
  return inspected
    .map(({ Config, State }) => ({
      name: Config.Labels[LABEL.containerName] ?? '',
      attempt: Config.Labels[LABEL.attempt] ?? '',
      state: State.Status,
      exitCode: State.ExitCode,
    }))
    .sort((a, b) => a.name.localeCompare(b.name) || a.attempt.localeCompare(b.attempt));
}
