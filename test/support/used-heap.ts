import { Session } from 'node:inspector/promises';

/** Bytes of this process's heap that somebody still has. */
export async function usedHeap(): Promise<number> {
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.collectGarbage');
    return process.memoryUsage().heapUsed;
  } finally {
    session.disconnect();
  }
}
