import * as z from 'zod';
import { badRequest } from '../http/status-error.js';
import { readDryRun } from './write-options.js';

export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly graceSeconds: number | undefined;
  readonly preconditions: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined };
}

/** Fields of `meta.k8s.io` DeleteOptions that matter here; dependants are the business of nobody yet, so propagation is not. */
const bodySchema = z.object({
  gracePeriodSeconds: z.int().nullish(),
  dryRun: z.array(z.string()).nullish(),
  preconditions: z.object({ uid: z.string().nullish(), resourceVersion: z.string().nullish() }).nullish(),
});

/**
 * Options of a deletion, of the body where it has them, else of the query.
 *
 * @param body plain value, undefined when there is none
 * @throws StatusError 400, 422 for an unknown dryRun
 */
export function readDeleteOptions(body: unknown, query: URLSearchParams): DeleteOptions {
  const result = bodySchema.safeParse(body ?? {});
  if (!result.success) {
    const [issue] = result.error.issues;
    throw badRequest(`DeleteOptions: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'cannot be read'}`);
  }
  const { dryRun, gracePeriodSeconds, preconditions } = result.data;
  return {
    dryRun: readDryRun(
      dryRun === undefined || dryRun === null || dryRun.length === 0 ? query.getAll('dryRun') : dryRun,
    ),
    graceSeconds: gracePeriodSeconds ?? readGrace(query),
    preconditions: {
      uid: preconditions?.uid ?? undefined,
      resourceVersion: preconditions?.resourceVersion ?? undefined,
    },
  };
}

function readGrace(query: URLSearchParams): number | undefined {
  const text = query.get('gracePeriodSeconds') ?? '';
  if (text === '') return undefined;
  if (!/^-?\d{1,9}$/.test(text))
    throw badRequest(`gracePeriodSeconds: expected a number, got ${JSON.stringify(text.slice(0, 40))}`);
  return Number(text);
}
