import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../src/api/schema/pod.js';
import { eventually } from '../../support/eventually.js';
import { useKubectl } from '../../support/kubectl-agent.js';
import { listOf, podManifest, UNTIL_TERMINATED } from '../../support/pod-manifest.js';

const cluster = useKubectl('kubectl-get');
const ok = (line: string): Promise<string> => cluster.shell.ok(line);

/** Of whatever age. */
const AGE = String.raw`(?:\d+[ms])+`;
/** Each line of a table with one space between its cells. */
const rows = (text: string): readonly string[] =>
  text
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/ {2,}/).join(' '));

beforeAll(async () => {
  await cluster.shell.file(
    'pods.json',
    listOf(
      podManifest('web', UNTIL_TERMINATED, { labels: { app: 'web', tier: 'front' } }),
      podManifest('api', UNTIL_TERMINATED, { labels: { app: 'api', tier: 'back' } }),
      podManifest('done', 'echo done', { labels: { app: 'done' } }),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { mode: 'fast' } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login' }, stringData: { password: 's3cret' } },
      {
        ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' } },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ),
  );
  await ok('kubectl apply -f pods.json');
  await ok('kubectl wait --for=condition=Ready pod/web pod/api --timeout=60s');
  await ok(`kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/done --timeout=60s`);
});

describe('kubectl get pods', () => {
  it('kubectl get pods', async () => {
    const [header, ...pods] = rows(await ok('kubectl get pods'));
    expect(header).toBe('NAME READY STATUS RESTARTS AGE');
    expect(pods.map((row) => row.replace(new RegExp(` ${AGE}$`), ''))).toEqual([
      'api 1/1 Running 0',
      'done 0/1 Completed 0',
      'web 1/1 Running 0',
    ]);
    expect(await ok('kubectl get po web --no-headers')).toMatch(new RegExp(`^web +1/1 +Running +0 +${AGE}\n$`));
  });

  it('kubectl get pods -o wide has address and node', async () => {
    const [header, api] = rows(await ok('kubectl get pods -o wide'));
    expect(header).toBe('NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES');
    expect(api?.replace(new RegExp(` ${AGE} `), ' ')).toMatch(
      /^api 1\/1 Running 0 \d+\.\d+\.\d+\.\d+ test-kubectl-get-[0-9a-f]{8} <none> <none>$/,
    );
  });

  it('kubectl get pod -o yaml and -o json are what was applied and more', async () => {
    expect(await ok('kubectl get pod web -o yaml')).toMatch(/^apiVersion: v1\nkind: Pod\nmetadata:\n/);
    const pod = await cluster.shell.json<Pod>('kubectl get pod web -o json');
    expect(pod).toMatchObject({
      metadata: { name: 'web', namespace: 'default', uid: expect.any(String), resourceVersion: expect.any(String) },
      spec: { restartPolicy: 'Never', nodeName: cluster.agent.nodeName, dnsPolicy: 'ClusterFirst' },
      status: {
        phase: 'Running',
        qosClass: 'BestEffort',
        containerStatuses: [{ name: 'app', ready: true, started: true, restartCount: 0 }],
      },
    });
    expect(pod.metadata).not.toHaveProperty('managedFields');
    expect(await ok('kubectl get pod web -o yaml --show-managed-fields')).toContain(
      'manager: kubectl-client-side-apply',
    );
  });

  it('kubectl get pods -o name, jsonpath, custom-columns, go-template', async () => {
    expect(await ok('kubectl get pods -o name')).toBe('pod/api\npod/done\npod/web\n');
    expect(await ok(`kubectl get pods -o jsonpath='{.items[*].metadata.name}'`)).toBe('api done web');
    expect(rows(await ok('kubectl get pods -o custom-columns=POD:.metadata.name,PHASE:.status.phase'))).toEqual([
      'POD PHASE',
      'api Running',
      'done Succeeded',
      'web Running',
    ]);
    expect(await ok(`kubectl get pods -o go-template='{{len .items}}'`)).toBe('3');
  });

  it('kubectl get pods -A names the namespace', async () => {
    const [header, first] = rows(await ok('kubectl get pods -A'));
    expect(header).toBe('NAMESPACE NAME READY STATUS RESTARTS AGE');
    expect(first).toMatch(/^default api /);
  });

  it.each([
    ['tier=front', 'pod/web\n'],
    ['tier!=front', 'pod/api\npod/done\n'],
    ["'app in (web,api)'", 'pod/api\npod/web\n'],
    ["'!tier'", 'pod/done\n'],
    ["'tier,app notin (web)'", 'pod/api\n'],
  ])('kubectl get pods -l %s', async (selector, names) => {
    expect(await ok(`kubectl get pods -l ${selector} -o name`)).toBe(names);
  });

  it.each([
    ['status.phase=Running', 'pod/api\npod/web\n'],
    ['status.phase!=Running', 'pod/done\n'],
    ['metadata.name=web', 'pod/web\n'],
    ['spec.restartPolicy=Always', ''],
  ])('kubectl get pods --field-selector %s', async (selector, names) => {
    expect(await ok(`kubectl get pods --field-selector ${selector} -o name`)).toBe(names);
  });

  it('kubectl get pods --sort-by, --show-labels, -L', async () => {
    const sorted = rows(await ok('kubectl get pods --sort-by=.metadata.labels.app --show-labels'));
    expect(sorted[0]).toBe('NAME READY STATUS RESTARTS AGE LABELS');
    expect(sorted.slice(1).map((row) => row.split(' ').at(-1))).toEqual([
      'app=api,tier=back',
      'app=done',
      'app=web,tier=front',
    ]);
    expect(rows(await ok('kubectl get pod web -L tier'))[1]).toMatch(/ front$/);
  });

  it('kubectl get pods --chunk-size reads all of them', async () => {
    expect(await ok('kubectl get pods --chunk-size=1 -o name')).toBe('pod/api\npod/done\npod/web\n');
  });

  it('kubectl get pods -w follows a pod from its making to its end', async () => {
    const seen = await cluster.shell.during('kubectl get pods -w', async ({ output }) => {
      await cluster.shell.file('watched.json', podManifest('watched'));
      // It follows on from its list: what comes after that is not missed.
      await eventually('the pods are listed', () => /^web /m.test(output()));
      await ok('kubectl apply -f watched.json');
      await ok('kubectl wait --for=condition=Ready pod/watched --timeout=60s');
      await ok('kubectl delete pod watched --wait=false');
      const seen = await eventually('the pod goes', () => /Terminating/.test(output()) && output());
      await ok('kubectl wait --for=delete pod/watched --timeout=60s');
      return seen;
    });
    const statuses = rows(seen).map((row) => row.split(' ').slice(0, 3).join(' '));
    expect(statuses[0]).toBe('NAME READY STATUS');
    expect(statuses).toEqual(
      expect.arrayContaining(['watched 0/1 Pending', 'watched 1/1 Running', 'watched 1/1 Terminating']),
    );
  });

  it('kubectl get pods -w --output-watch-events says what happened to each', async () => {
    await cluster.shell.during('kubectl get pods -w --output-watch-events -l app=web', async ({ output }) => {
      await eventually('the pod is there', () => /ADDED +web/.test(output()));
      await ok('kubectl annotate pod web seen=yes');
      await eventually('the pod is changed', () => /MODIFIED +web/.test(output()));
    });
  });
});

describe('kubectl get of other kinds', () => {
  it('kubectl get pod,cm and get pod/web cm/settings', async () => {
    expect(await ok('kubectl get pod,cm -o name')).toBe('pod/api\npod/done\npod/web\nconfigmap/settings\n');
    const text = await ok('kubectl get pod/web cm/settings');
    expect(text).toMatch(/NAME +READY[^]*pod\/web +1\/1[^]*NAME +DATA +AGE\nconfigmap\/settings +1 /);
  });

  it('kubectl get all', async () => {
    expect(rows(await ok('kubectl get all')).map((row) => row.split(' ')[0])).toEqual([
      'NAME',
      'pod/api',
      'pod/done',
      'pod/web',
    ]);
  });

  it('kubectl get ns, cm, secrets, pvc, pv, sa', async () => {
    expect(rows(await ok('kubectl get ns default'))[0]).toBe('NAME STATUS AGE');
    expect(rows(await ok('kubectl get cm'))).toEqual([
      'NAME DATA AGE',
      expect.stringMatching(new RegExp(`^settings 1 ${AGE}$`)),
    ]);
    expect(rows(await ok('kubectl get secrets'))).toEqual([
      'NAME TYPE DATA AGE',
      expect.stringMatching(new RegExp(`^login Opaque 1 ${AGE}$`)),
    ]);
    expect(rows(await ok('kubectl get pvc'))[1]).toMatch(/^data (Pending|Bound)/);
    expect((await cluster.shell.run('kubectl get pv')).code).toBe(0);
    expect(rows(await ok('kubectl get sa'))[1]).toMatch(/^default /);
  });

  it('kubectl get events, and -w', async () => {
    const [header, ...events] = rows(await ok('kubectl get events --field-selector involvedObject.name=web'));
    expect(header).toBe('LAST SEEN TYPE REASON OBJECT MESSAGE');
    expect(events.map((row) => row.split(' ')[2])).toEqual(expect.arrayContaining(['Pulled', 'Created', 'Started']));
    await cluster.shell.during('kubectl get events -w', async ({ output }) => {
      await ok('kubectl run fleeting --image=kubelette.local/busybox:1 --restart=Never --command -- true');
      await eventually('the start is told', () => /Normal +Started +pod\/fleeting/.test(output()));
    });
    await ok('kubectl delete pod fleeting');
  });

  it('kubectl events --for a pod', async () => {
    const [header, ...events] = rows(await ok('kubectl events --for pod/web'));
    expect(header).toBe('LAST SEEN TYPE REASON OBJECT MESSAGE');
    expect(events).toEqual(
      expect.arrayContaining([expect.stringMatching(/Normal Started Pod\/web Started container app/)]),
    );
  });
});

describe('kubectl describe', () => {
  it('kubectl describe pod tells state, conditions and events', async () => {
    const text = await ok('kubectl describe pod web');
    expect(text).toMatch(/^Name: +web\nNamespace: +default\n/);
    expect(text).toMatch(/\nNode: +test-kubectl-get-\w+\/\d/);
    expect(text).toMatch(/\n {4}State: +Running\n/);
    expect(text).toMatch(/\n {2}Ready +True/);
    expect(text).toMatch(/\nEvents:\n[^]* Normal +Started .* kubelet +Started container app\n/);
    expect(await ok('kubectl describe pod done')).toMatch(
      /State: +Terminated\n +Reason: +Completed\n +Exit Code: +0\n/,
    );
  });

  it('kubectl describe configmap, secret, pvc, namespace', async () => {
    expect(await ok('kubectl describe configmap settings')).toMatch(/Data\n====\nmode:\n----\nfast\n/);
    const secret = await ok('kubectl describe secret login');
    expect(secret).toMatch(/password: +6 bytes/);
    expect(secret).not.toContain('s3cret');
    expect(await ok('kubectl describe pvc data')).toMatch(/^Name: +data\n[^]*Status: +(Pending|Bound)\n/);
    expect(await ok('kubectl describe namespace default')).toMatch(/Status: +Active\n/);
  });
});
