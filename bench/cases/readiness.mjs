import { Kubelette } from '../../dist/index.js';
import { containerOf, percentile, podOf, until } from '../support.mjs';

const ROUNDS = 10;

/** From a change inside the container to the condition of the pod, with a probe every second. */
export async function run() {
  const node = await Kubelette.start();
  const took = [];
  try {
    const probe = { httpGet: { path: '/ok', port: 8080 }, periodSeconds: 1, failureThreshold: 1 };
    const script = 'mkdir /www; echo ok >/www/ok; exec httpd -f -p 8080 -h /www';
    const pod = await node.apply(
      podOf('readiness', { containers: [containerOf('web', script, { readinessProbe: probe })] }),
    );
    const ready = () => pod.status().conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
    await pod.ready();
    for (let round = 0; round < ROUNDS; round += 1) {
      const was = ready();
      const change = was ? 'rm /www/ok' : 'echo ok >/www/ok';
      // When the directory was changed, on the clock of the same machine.
      const { stdout } = await pod.exec(['sh', '-c', `${change}; stat -c %y /www`]);
      await until('the condition', () => ready() !== was);
      took.push(Date.now() - Date.parse(stdout.trim().replace(/(\.\d{3})\d*/, '$1')));
    }
  } finally {
    await node.stop();
  }
  const target = 'a period and 100 ms: 1100 ms';
  return [
    {
      figure: 'change of readiness to the condition, 1 s probes, p50',
      value: percentile(took, 0.5),
      unit: 'ms',
      target,
    },
    {
      figure: 'change of readiness to the condition, 1 s probes, worst',
      value: Math.max(...took),
      unit: 'ms',
      target,
    },
  ];
}
