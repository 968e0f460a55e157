import { once } from '../lib/once.js';
import type { Container, EphemeralContainer, Pod } from './schema/pod.js';

/**
 * Part of every hash. Change it, and every container of every pod is replaced by the next agent: only when what is
 * hashed has to change its meaning.
 */
export const HASH_VERSION = 'kubelette/1';

/**
 * JSON with sorted keys and without absent fields: equal for equal objects, whatever the order they were written in.
 * Arrays keep their order.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item: unknown) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}

/**
 * Which edition of its definition a container was made from: 8 hex digits over name and image, the only fields of a
 * stored pod that may change, so that new defaults in a later version restart nothing.
 * Source: kubelet pkg/kubelet/container/helpers.go HashContainer, from 1.31
 */
export const containerHash = once(({ image, name }: Pick<Container | EphemeralContainer, 'name' | 'image'>): string =>
  // In canonical form.
  fnv1a32(`${HASH_VERSION}\n{"image":${JSON.stringify(image)},"name":${JSON.stringify(name)}}`),
);

/**
 * The uid of a pod that was given none: 32 hex digits that change with the pod's content, the node and the source.
 *
 * @param source where it was read, as `file:/etc/pods/web.yaml` or `url:http://…`
 * Source: kubelet pkg/kubelet/config/common.go applyDefaults
 */
export function podUid(pod: Pod, nodeName: string, source: string): string {
  // Status is what the node says of the pod, not part of what was asked for.
  const { apiVersion, kind, metadata, spec } = pod;
  return fnv1a(
    128,
    [HASH_VERSION, canonicalJson({ apiVersion, kind, metadata, spec }), `host:${nodeName}`, source].join('\n'),
  );
}

/** FNV-1a over the UTF-8 bytes, in hex. */
export const fnv1a = (bits: 32 | 128, text: string): string => (bits === 32 ? fnv1a32(text) : fnv1a128(text));

function fnv1a32(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function fnv1a128(text: string): string {
  const prime = 0x0000000001000000000000000000013bn;
  let hash = 0x6c62272e07bb014262b821756295c58dn;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(128, (hash ^ BigInt(byte)) * prime);
  return hash.toString(16).padStart(32, '0');
}
