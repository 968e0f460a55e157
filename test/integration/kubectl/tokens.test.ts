import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { useKubectl } from '../../support/kubectl-agent.js';
import { podManifest } from '../../support/pod-manifest.js';

const cluster = useKubectl('kubectl-tokens');
const ok = (line: string, input?: string): Promise<string> => cluster.shell.ok(line, input);

interface Review {
  readonly status: { readonly authenticated?: boolean; readonly error?: string; readonly user: object };
}

async function review(token: string, audience: string): Promise<Review['status']> {
  const asked = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token, audiences: [audience] },
  };
  return (JSON.parse(await ok('kubectl create -f - -o json', JSON.stringify(asked))) as Review).status;
}

describe('the token in a volume', () => {
  it('waits for its account, is known to a TokenReview, and is good as long as its pod', async () => {
    const spec = {
      serviceAccountName: 'robot',
      terminationGracePeriodSeconds: 1,
      volumes: [
        { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token', audience: 'vault' } }] } },
      ],
    };
    const container = { volumeMounts: [{ name: 'token', mountPath: '/var/run/vault' }] };
    await ok('kubectl apply -f -', JSON.stringify(podManifest('bearer', undefined, { spec, container })));
    const told = "kubectl get events --field-selector reason=FailedMount -o jsonpath='{.items[*].message}'";
    await eventually('the missing account is named', async () =>
      (await ok(told)).includes(
        'MountVolume.SetUp failed for volume "token" : failed to fetch token: serviceaccounts "robot" not found',
      ),
    );

    await ok('kubectl create serviceaccount robot');
    await ok('kubectl wait --for=condition=Ready pod/bearer --timeout=60s');
    const token = await ok('kubectl exec bearer -- cat /var/run/vault/token');
    const uid = await ok("kubectl get pod bearer -o jsonpath='{.metadata.uid}'");
    expect(await review(token, 'vault')).toMatchObject({
      authenticated: true,
      audiences: ['vault'],
      user: {
        username: 'system:serviceaccount:default:robot',
        extra: {
          'authentication.kubernetes.io/pod-name': ['bearer'],
          'authentication.kubernetes.io/pod-uid': [uid],
        },
      },
    });
    expect((await review(token, 'another')).authenticated ?? false).toBe(false);

    await ok('kubectl delete pod bearer');
    expect((await review(token, 'vault')).authenticated ?? false).toBe(false);
  });
});
