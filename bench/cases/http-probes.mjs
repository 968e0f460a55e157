import { Kubelette } from '../../dist/index.js';
import { containerOf, pause, podOf } from '../support.mjs';

const PODS = 10;
const CONTAINERS = 10;
const MEASURED_MS = 20_000;

/** What the agent uses for a hundred containers with an HTTP probe every second. */
export async function run() {
  const node = await Kubelette.start();
  try {
    const pods = await Promise.all(
      Array.from({ length: PODS }, (_, index) => node.apply(podOf(`probed-${index}`, { containers: servers() }))),
    );
    await Promise.all(pods.map((pod) => pod.ready({ timeoutMs: 120_000 })));
    const before = process.cpuUsage();
    const began = performance.now();
    await pause(MEASURED_MS);
    const { system, user } = process.cpuUsage(before);
    const share = (system + user) / 1_000 / (performance.now() - began);
    const unhealthy = pods.flatMap((pod) => pod.events()).filter(({ reason }) => reason === 'Killing').length;
    return [
      {
        figure: `${PODS * CONTAINERS} containers with 1 s HTTP probes: agent`,
        value: share * 100,
        unit: '% of a core',
        ...(unhealthy > 0 ? { note: `${unhealthy} killed` } : {}),
        target: 'below 25 %',
      },
    ];
  } finally {
    await node.stop();
  }
}

const servers = () =>
  Array.from({ length: CONTAINERS }, (_, index) => {
    const port = 8_000 + index;
    return containerOf(`web-${index}`, `mkdir /www; echo ok >/www/ok; exec httpd -f -p ${port} -h /www`, {
      readinessProbe: { httpGet: { path: '/ok', port }, periodSeconds: 1 },
    });
  });
