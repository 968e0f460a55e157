import { Kubelette } from '../../dist/index.js';

/** Our agent, in this process. A pod has started when its condition says that it is ready. */
export async function openKubelette() {
  const node = await Kubelette.start();
  const handles = new Map();
  return {
    name: 'kubelette',
    node,
    async start(pods) {
      await Promise.all(
        pods.map(async (manifest) => {
          const pod = await node.apply(manifest);
          handles.set(manifest.metadata.name, pod);
          await pod.ready({ timeoutMs: 120_000 });
        }),
      );
    },
    remove: async (pods) => void (await Promise.all(pods.map(({ metadata }) => handles.get(metadata.name).delete()))),
    close: () => node.stop(),
  };
}
