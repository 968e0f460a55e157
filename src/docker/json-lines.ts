import { StringDecoder } from 'node:string_decoder';

/**
 * The objects of a stream of JSON values separated by newlines, as the engine sends events and progress. A line that
 * is not a JSON object is skipped: one odd line must not end a subscription.
 */
export async function* jsonLines<T>(chunks: AsyncIterable<Buffer>): AsyncGenerator<T> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.write(chunk);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const value = parseObject(line);
      if (value !== undefined) yield value as T;
    }
  }
  const value = parseObject(rest);
  if (value !== undefined) yield value as T;
}

function parseObject(line: string): object | undefined {
  if (line.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
