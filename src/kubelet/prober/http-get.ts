import type { Connect } from '../http/connect.js';
import type { HttpAnswer } from '../http/exchange.js';
import { GetError, httpGet } from '../http/get.js';
import type { HttpRequest } from '../http/request.js';
import type { Attempt } from './attempt.js';

/**
 * Whatever keeps the headers of an answer from arriving is the container's failure; a body that breaks off is an error that
 * says nothing. Source: kubelet pkg/probe/http.
 */
export async function probeHttpGet(connect: Connect, request: HttpRequest, signal: AbortSignal): Promise<Attempt> {
  try {
    return await httpGet(connect, request, signal, judge);
  } catch (error) {
    if (error instanceof GetError) return { verdict: 'failure', output: error.message, unheard: true };
    throw error;
  }
}

async function judge(answer: HttpAnswer): Promise<Attempt> {
  const body = await answer.body();
  const { statusCode } = answer;
  if (statusCode < 200 || statusCode >= 400) {
    return { verdict: 'failure', output: `HTTP probe failed with statuscode: ${statusCode}` };
  }
  if (statusCode < 300) return { verdict: 'success', output: body };
  return { verdict: 'warning', output: `Probe terminated redirects, Response body: ${body}` };
}
