import { FieldErrors, ROOT } from '../../api/field-error.js';
import type { LogRequestOptions } from '../../kubelet/pod-operations.js';
import { parseRfc3339 } from '../../lib/time.js';
import { booleanParameter } from '../http/query.js';
import { badRequest } from '../http/status-error.js';
import { invalid } from '../resources/invalid.js';

/** Values of `stream` besides `All`, as of the feature gate PodLogsQuerySplitStreams. */
const STREAMS: Readonly<Record<string, 'stdout' | 'stderr'>> = { Stderr: 'stderr', Stdout: 'stdout' };

const KIND = { group: '', kind: 'PodLogOptions' };

export interface LogRequest {
  readonly previous: boolean;
  readonly options: LogRequestOptions;
}

/**
 * The query of `pods/NAME/log`, but for the container.
 *
 * @param name the pod's, for the message
 * @throws StatusError 400 for what cannot be read, 422 with all problems for what makes no sense
 * Source: kube-apiserver ValidatePodLogOptions, pkg/apis/core/validation
 */
export function readLogRequest(query: URLSearchParams, name: string): LogRequest {
  const tailLines = integer(query, 'tailLines');
  const limitBytes = integer(query, 'limitBytes');
  const sinceSeconds = integer(query, 'sinceSeconds');
  const sinceTime = time(query, 'sinceTime');
  const stream = query.get('stream') ?? 'All';
  const only = Object.hasOwn(STREAMS, stream) ? STREAMS[stream] : undefined;

  const errors = new FieldErrors();
  if (tailLines !== undefined && tailLines < 0)
    errors.invalid(ROOT.child('tailLines'), tailLines, 'must be greater than or equal to 0');
  if (limitBytes !== undefined && limitBytes < 1)
    errors.invalid(ROOT.child('limitBytes'), limitBytes, 'must be greater than 0');
  if (sinceSeconds !== undefined && sinceTime !== undefined)
    errors.forbidden(ROOT, 'at most one of `sinceTime` or `sinceSeconds` may be specified');
  else if (sinceSeconds !== undefined && sinceSeconds < 1)
    errors.invalid(ROOT.child('sinceSeconds'), sinceSeconds, 'must be greater than 0');
  if (stream !== 'All' && only === undefined)
    errors.unsupported(ROOT.child('stream'), stream, ['All', ...Object.keys(STREAMS)]);
  if (only !== undefined && tailLines !== undefined)
    errors.forbidden(ROOT, '`tailLines` and specific `stream` are mutually exclusive for now');
  if (errors.list.length > 0) throw invalid(KIND, name, errors.list);

  return {
    previous: booleanParameter(query, 'previous'),
    options: {
      follow: booleanParameter(query, 'follow'),
      timestamps: booleanParameter(query, 'timestamps'),
      ...(tailLines === undefined ? {} : { tailLines }),
      ...(limitBytes === undefined ? {} : { limitBytes }),
      ...(sinceTime === undefined ? {} : { sinceMs: sinceTime }),
      ...(sinceSeconds === undefined ? {} : { lastMs: sinceSeconds * 1000 }),
      ...(only === undefined ? {} : { stream: only }),
    },
  };
}

function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (/^[+-]?\d{1,19}$/.test(text) && Number.isSafeInteger(value)) return value;
  throw badRequest(`query parameter ${name}: expected an integer, got ${JSON.stringify(text.slice(0, 40))}`);
}

function time(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  // Go clients write an unset time as `null` or leave it empty.
  if (text === null || text === '' || text === 'null') return undefined;
  const ms = parseRfc3339(text);
  if (ms !== undefined) return ms;
  throw badRequest(`query parameter ${name}: expected an RFC 3339 time, got ${JSON.stringify(text.slice(0, 40))}`);
}
