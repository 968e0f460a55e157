import { getSystemErrorMap } from 'node:util';

/** Where libuv has words of its own for what the C library, and with it Go and the kubelet, says otherwise. */
const WORDS: Readonly<Record<string, string>> = { EHOSTUNREACH: 'no route to host' };

/** `connection refused` for -111: an errno as Node has it, negative. */
export function systemErrorText(errno: number): string {
  const [name = '', text = `error ${errno}`] = getSystemErrorMap().get(errno) ?? [];
  return WORDS[name] ?? text;
}
