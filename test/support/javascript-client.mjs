/** What a program does with the JavaScript client: informer, watch, create, log, exec, patch, delete. Prints what it saw as JSON. */
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import * as k8s from '@kubernetes/client-node';

const [kubeconfig = '', manifest = ''] = process.argv.slice(2);
const namespace = 'default';
const config = new k8s.KubeConfig();
config.loadFromFile(kubeconfig);
const core = config.makeApiClient(k8s.CoreV1Api);
const pod = JSON.parse(readFileSync(manifest, 'utf8'));
const { name } = pod.metadata;
const path = `/api/v1/namespaces/${namespace}/pods`;
const labelSelector = `app=${name}`;
const seen = {};

/** @param {() => unknown} holds */
async function until(holds) {
  for (const deadline = Date.now() + 90_000; !holds(); await sleep(20))
    if (Date.now() > deadline) throw new Error(`not in time: ${String(holds)}; seen: ${JSON.stringify(seen)}`);
}

const told = [];
const informer = k8s.makeInformer(
  config,
  path,
  () => core.listNamespacedPod({ namespace, labelSelector }),
  labelSelector,
);
for (const event of ['add', 'update', 'delete'])
  informer.on(event, ({ status }) =>
    told.push({ event, phase: status?.phase, ready: status?.containerStatuses?.[0]?.ready }),
  );
informer.on('error', (error) => told.push({ event: 'error', phase: String(error) }));
await informer.start();

const watched = [];
const watching = await new k8s.Watch(config).watch(
  path,
  { labelSelector, allowWatchBookmarks: true },
  (type) => watched.push(type),
  () => undefined,
);

await core.createNamespacedPod({ namespace, body: pod });
await until(() => told.some(({ ready }) => ready === true));
seen.cached = informer.list().map(({ metadata }) => metadata?.name);

const lines = new PassThrough();
const following = await new k8s.Log(config).log(namespace, name, 'app', lines, { follow: true });
seen.log = String((await lines[Symbol.asyncIterator]().next()).value);
following.abort();

const [stdout, stderr] = [new PassThrough(), new PassThrough()];
const status = await new Promise((resolve, reject) => {
  const command = ['sh', '-c', 'hostname; echo oops >&2; exit 3'];
  new k8s.Exec(config).exec(namespace, name, 'app', command, stdout, stderr, null, false, resolve).catch(reject);
});
stdout.end();
stderr.end();
seen.exec = [await text(stdout), await text(stderr), status.details?.causes?.[0]?.message];

const patch = [{ op: 'add', path: '/metadata/labels/patched', value: 'yes' }];
await core.patchNamespacedPod({ namespace, name, body: patch });
seen.patched = (await core.listPodForAllNamespaces({ labelSelector: 'patched=yes' })).items.map(
  (item) => item.metadata?.name,
);

await core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 1 });
await until(() => told.some(({ event }) => event === 'delete') && watched.includes('DELETED'));
await informer.stop();
watching.abort();
seen.informer = [...new Set(told.map(({ event, phase }) => `${event} ${phase}`))];
seen.watch = [...new Set(watched)];
seen.left = informer.list().length;
seen.missing = await core.readNamespacedPod({ namespace, name }).catch((error) => error.code);
process.stdout.write(JSON.stringify(seen));
process.exit(0);
