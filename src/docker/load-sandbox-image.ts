import { jsonLines } from './json-lines.js';
import type { Engine } from './engine.js';
import { answerError } from './engine-error.js';
import type { SandboxImage } from './sandbox-image.js';

/** Gives the engine the sandbox image: no registry, a few milliseconds, and harmless when it has it. */
export async function loadSandboxImage(engine: Engine, image: SandboxImage, signal: AbortSignal): Promise<void> {
  const stream = await engine.stream(
    { method: 'POST', path: '/images/load', query: { quiet: true }, file: image.archive },
    signal,
  );
  for await (const line of jsonLines<{ error?: string }>(stream)) {
    if (line.error !== undefined) throw answerError(500, line.error);
  }
}
