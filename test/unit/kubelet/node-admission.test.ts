import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Pod, PodSpec } from '../../../src/api/schema/pod.js';
import { NodeAdmission } from '../../../src/kubelet/node-admission.js';
import { MemoryStore } from '../../../src/store/memory-store.js';
import { aContainer, aPod } from '../../support/builders.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordedEvents } from '../../support/recorded-events.js';

const clock = new FakeClock();
let store: MemoryStore;
let events: RecordedEvents;
let admission: NodeAdmission;

const create = (name: string, cpu: string, annotations: Record<string, string> = {}): Pod =>
  store.create<Pod>(
    aPod(
      { containers: [aContainer('app', { resources: { requests: { cpu } } })] },
      { metadata: { name, uid: name, annotations } },
    ),
  );
const stored = (name: string): Pod => store.get<Pod>('Pod', `default/${name}`) ?? aPod();

beforeEach(() => {
  store = new MemoryStore({ clock, historyLimit: 10, revision: 0, objects: [] });
  events = new RecordedEvents();
  admission = new NodeAdmission({
    store,
    events,
    clock,
    allocatable: { cpu: '2', memory: '1Gi', pods: '110' },
    appArmor: false,
  });
});

describe('who gets a part of the node', () => {
  it('has it at once, before anybody has read so in its status', () => {
    expect(admission.place(create('a', '1500m'))).toBe(true);
    expect(admission.place(create('b', '1'))).toBe(false);
    expect(stored('b').status).toMatchObject({ phase: 'Pending', conditions: [{ reason: 'Unschedulable' }] });
  });

  it('keeps it for a later agent, and until it has ended', () => {
    const a = create('a', '2');
    const placed = { conditions: [{ type: 'PodScheduled', status: 'True' as const }] };
    const running = store.update<Pod>({ ...a, status: { phase: 'Running', ...placed } });
    const later = new NodeAdmission({
      store,
      events,
      clock,
      allocatable: { cpu: '1', memory: '1Gi', pods: '110' },
      appArmor: false,
    });
    expect(later.place(running)).toBe(true);
    expect(admission.place(create('b', '1'))).toBe(false);
    store.update<Pod>({ ...running, status: { phase: 'Succeeded', ...placed } });
    expect(admission.place(stored('b'))).toBe(true);
  });

  it('is told once that it has none', () => {
    const b = create('b', '3');
    admission.place(b);
    const { resourceVersion } = stored('b').metadata;
    expect(admission.place(stored('b'))).toBe(false);
    expect(stored('b').metadata.resourceVersion).toBe(resourceVersion);
    expect(JSON.stringify(events)).toContain('0/1 nodes are available: 1 Insufficient cpu.');
  });

  it.each<[string, NonNullable<PodSpec['securityContext']>, string, string]>([
    [
      'relies on AppArmor where there is none',
      { appArmorProfile: { type: 'RuntimeDefault' } },
      'AppArmor',
      'Cannot enforce AppArmor: AppArmor is not enabled on the host',
    ],
    [
      'asks for a sysctl that touches others',
      { sysctls: [{ name: 'net.ipv4.ip_forward', value: '1' }] },
      'SysctlForbidden',
      'forbidden sysctl: "net.ipv4.ip_forward" not allowlisted',
    ],
  ])('is nobody who %s', (_who, securityContext, reason, why) => {
    const pod = store.create<Pod>(aPod({ securityContext }, { metadata: { name: 'p', uid: 'p' } }));
    expect(admission.place(pod)).toBe(false);
    expect(stored('p').status).toMatchObject({ phase: 'Failed', reason, message: `Pod was rejected: ${why}` });
    expect(events.take()).toEqual([`Warning ${reason} ${why}`]);
  });

  it('is rejected when it comes from a manifest', () => {
    expect(admission.place(create('s', '3', { 'kubernetes.io/config.source': 'file' }))).toBe(false);
    expect(stored('s').status).toMatchObject({ phase: 'Failed', reason: 'OutOfcpu' });
  });
});
