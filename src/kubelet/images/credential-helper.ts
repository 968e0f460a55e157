import { spawn } from 'node:child_process';
import { errorMessage, KubeletteError } from '../../lib/errors.js';
import { parseJson } from '../core/images/docker-auths.js';

export interface HelperAnswer {
  readonly username: string;
  readonly secret: string;
}

/** More than any token; a helper that writes for ever is stopped. */
const LONGEST_ANSWER = 256 * 1024;
/** How helpers say that they know nothing of a server. Source: docker-credential-helpers, credentials/error.go. */
const NOT_FOUND = 'credentials not found in native keychain';

/**
 * Asks `docker-credential-<name> get`, which reads a server from its input and writes JSON.
 *
 * @returns undefined when it has nothing for that server
 * @throws Unavailable when it is missing, fails or answers something else; what it wrote is not quoted unless it failed
 */
export async function askCredentialHelper(
  name: string,
  server: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<HelperAnswer | undefined> {
  const program = `docker-credential-${name}`;
  // A name, not a path to somewhere.
  if (!/^[\w.-]+$/.test(name)) throw failure(program, 'is not the name of a program');
  const { code, output } = await run(program, server, env, signal);
  if (code !== 0) {
    if (output.includes(NOT_FOUND)) return undefined;
    throw failure(program, `ended with exit code ${String(code)}: ${output.trim().slice(0, 200)}`);
  }
  const { Secret: secret, Username: username } = parseJson(output, `answer of ${program}`);
  if (typeof username !== 'string' || typeof secret !== 'string')
    throw failure(program, 'gave no user name and secret');
  return { username, secret };
}

async function run(
  program: string,
  input: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(program, ['get'], { env, signal, killSignal: 'SIGKILL', stdio: ['pipe', 'pipe', 'ignore'] });
  return new Promise((resolve, reject) => {
    let output = '';
    child.on('error', (error) =>
      reject(signal.aborted ? (signal.reason as Error) : failure(program, errorMessage(error))),
    );
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.length > LONGEST_ANSWER) child.kill('SIGKILL');
    });
    child.on('close', (code) => resolve({ code, output }));
    // One that does not read what it is asked says so by its answer.
    child.stdin.on('error', () => undefined).end(input);
  });
}

const failure = (program: string, what: string): KubeletteError =>
  new KubeletteError('Unavailable', `${program} ${what}`);
