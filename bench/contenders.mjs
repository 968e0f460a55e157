import { openCompose } from './contenders/compose.mjs';
import { openDockerCli } from './contenders/docker-cli.mjs';
import { openEngineApi } from './contenders/engine-api.mjs';
import { openKubelette } from './contenders/kubelette.mjs';
import { openPodman } from './contenders/podman.mjs';

/**
 * Everybody who can start pods here, ours first. Each has `name`, `start(pods)` and `remove(pods)`, which take manifests
 * and return when it is done. Those that are not here are told on stderr.
 */
export async function withContenders(work) {
  const ours = await openKubelette();
  const contenders = [ours];
  try {
    const floor = await openEngineApi(ours);
    contenders.push(floor);
    const { holder } = floor;
    for (const open of [openDockerCli, openCompose, openPodman]) {
      try {
        contenders.push(await open({ holder }));
      } catch (error) {
        console.error(`left out: ${open.name.replace('open', '')}: ${error.message.split('\n')[0]}`);
      }
    }
    return await work(contenders);
  } finally {
    for (const contender of contenders.reverse()) await contender.close();
  }
}
