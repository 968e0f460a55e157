import { readDocuments } from '../../api/yaml-documents.js';
import { formatPath } from '../../api/problem.js';
import { badRequest, StatusError } from '../http/status-error.js';
import type { Kind } from '../resources/kind.js';
import type { DecodeBody, DecodedBody } from '../resources/ports.js';
import { decodeMessage } from './decode-message.js';
import { isEnvelope, readEnvelope } from './envelope.js';
import { parseJson } from './json-text.js';
import { messageOf } from './kinds.js';
import { readText } from './special-messages.js';

/** The body of a request as plain values; see {@link DecodeBody}. */
export const decodeBody: DecodeBody = async (request, kind) => {
  const body = await request.body();
  if (body.length === 0) return { object: undefined };
  const mediaType = mediaTypeOf(request.headers['content-type'] ?? '');
  switch (mediaType === '' ? (isEnvelope(body) ? PROTOBUF : JSON_TYPE) : mediaType) {
    case JSON_TYPE:
      return readJsonBody(textOf(body), kind);
    case 'application/yaml':
      return { object: withType(parseYaml(textOf(body)), kind) };
    case PROTOBUF:
      return { object: readProtobuf(body, kind) };
    default:
      throw unsupportedMediaType([JSON_TYPE, 'application/yaml', PROTOBUF]);
  }
};

/** `Application/JSON; charset=utf-8` → `application/json` */
export const mediaTypeOf = (contentType: string): string => (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();

/** 415 in the API server's words. */
export const unsupportedMediaType = (accepted: readonly string[]): StatusError =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

/** One YAML document without its nulls. @throws StatusError 400 */
export function parseYaml(text: string): unknown {
  const { documents, problems } = readDocuments(text);
  const [problem] = problems;
  if (problem !== undefined) {
    const path = formatPath(problem.segments);
    const what = path === '' ? problem.message : `${path}: ${problem.message}`;
    // Only the first line: the rest of the library's message may show the text.
    throw badRequest(`yaml parse error: line ${problem.line}: ${what.split('\n', 1)[0] ?? ''}`);
  }
  if (documents.length > 1) throw badRequest('yaml parse error: more than one document');
  return documents[0]?.value;
}

/** @throws StatusError 400 for what is no UTF-8 */
export const textOf = (body: Buffer): string => {
  try {
    return readText(body);
  } catch {
    throw badRequest('the body of the request is not UTF-8');
  }
};

/** `duplicate field "data.a"`, as strict decoding says it. */
export const duplicateFields = (paths: readonly string[]): { strictProblems?: readonly string[] } =>
  paths.length === 0 ? {} : { strictProblems: paths.map((path) => `duplicate field "${path}"`) };

const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

function readJsonBody(text: string, kind: Kind | undefined): DecodedBody {
  const { value, duplicates } = parseJson(text);
  return { object: withType(value, kind), ...duplicateFields(duplicates) };
}

function readProtobuf(body: Buffer, kind: Kind | undefined): unknown {
  const envelope = readEnvelope(body);
  const apiVersion = envelope.apiVersion || (kind === undefined ? '' : apiVersionOf(kind));
  const name = envelope.kind || (kind?.kind ?? '');
  const message = messageOf(apiVersion, name);
  if (message === undefined) throw badRequest(`no kind "${name}" is registered for version "${apiVersion}"`);
  return { apiVersion, kind: name, ...decodeMessage(message, envelope.raw) };
}

/** Bodies may leave out what the path says anyway. */
function withType(object: unknown, kind: Kind | undefined): unknown {
  if (kind === undefined || typeof object !== 'object' || object === null || Array.isArray(object)) return object;
  const fields = object as Record<string, unknown>;
  return {
    ...fields,
    apiVersion: fields['apiVersion'] || apiVersionOf(kind),
    kind: fields['kind'] || kind.kind,
  };
}

const apiVersionOf = ({ group, version }: Kind): string => (group === '' ? version : `${group}/${version}`);
