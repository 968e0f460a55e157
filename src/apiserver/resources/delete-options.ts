import * as z from 'zod';
import { FieldErrors, ROOT } from '../../api/field-error.js';
import { booleanParameter } from '../http/query.js';
import { badRequest } from '../http/status-error.js';
import { invalid } from './invalid.js';
import { PROPAGATIONS, type Propagation } from './propagation.js';
import { readDryRun } from './write-options.js';

export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly graceSeconds: number | undefined;
  /** What becomes of dependants; undefined: what the object itself says, else they go later. */
  readonly propagation: Propagation | undefined;
  readonly preconditions: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined };
}

const KIND = { group: 'meta.k8s.io', kind: 'DeleteOptions' };

/** Fields of `meta.k8s.io` DeleteOptions that matter here. */
const bodySchema = z.object({
  gracePeriodSeconds: z.int().nullish(),
  dryRun: z.array(z.string()).nullish(),
  propagationPolicy: z.string().nullish(),
  orphanDependents: z.boolean().nullish(),
  preconditions: z.object({ uid: z.string().nullish(), resourceVersion: z.string().nullish() }).nullish(),
});

/**
 * Options of a deletion, of the body where it has them, else of the query.
 *
 * @param body plain value, undefined when there is none
 * @throws StatusError 400, 422 for an unknown dryRun or propagationPolicy
 */
export function readDeleteOptions(body: unknown, query: URLSearchParams): DeleteOptions {
  const result = bodySchema.safeParse(body ?? {});
  if (!result.success) {
    const [issue] = result.error.issues;
    throw badRequest(`DeleteOptions: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'cannot be read'}`);
  }
  const { dryRun, gracePeriodSeconds, orphanDependents, preconditions, propagationPolicy } = result.data;
  const orphans = orphanDependents ?? booleanOr(query, 'orphanDependents');
  return {
    dryRun: readDryRun(
      dryRun === undefined || dryRun === null || dryRun.length === 0 ? query.getAll('dryRun') : dryRun,
    ),
    graceSeconds: gracePeriodSeconds ?? readGrace(query),
    propagation: readPropagation(propagationPolicy ?? query.get('propagationPolicy') ?? '', orphans),
    preconditions: {
      uid: preconditions?.uid ?? undefined,
      resourceVersion: preconditions?.resourceVersion ?? undefined,
    },
  };
}

/** @param orphans the older way to say it */
function readPropagation(policy: string, orphans: boolean | undefined): Propagation | undefined {
  const errors = new FieldErrors();
  if (policy !== '' && orphans !== undefined)
    errors.invalid(
      ROOT.child('propagationPolicy'),
      policy,
      'orphanDependents and deletionPropagation cannot be both set',
    );
  const found = PROPAGATIONS.find((known) => known === policy);
  if (policy !== '' && found === undefined)
    errors.unsupported(ROOT.child('propagationPolicy'), policy, [...PROPAGATIONS, 'nil']);
  if (errors.list.length > 0) throw invalid(KIND, '', errors.list);
  if (orphans !== undefined) return orphans ? 'Orphan' : 'Background';
  return found;
}

const booleanOr = (query: URLSearchParams, name: string): boolean | undefined =>
  query.has(name) ? booleanParameter(query, name) : undefined;

function readGrace(query: URLSearchParams): number | undefined {
  const text = query.get('gracePeriodSeconds') ?? '';
  if (text === '') return undefined;
  if (!/^-?\d{1,9}$/.test(text))
    throw badRequest(`gracePeriodSeconds: expected a number, got ${JSON.stringify(text.slice(0, 40))}`);
  return Number(text);
}
