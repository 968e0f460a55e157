import { FieldErrors, ROOT, type FieldError } from '../field-error.js';
import type { PersistentVolumeClaim } from '../schema/claim.js';
import { validateMeta } from './meta.js';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** As a claim begins: with nothing bound to it. */
export const defaultClaim = (claim: PersistentVolumeClaim): PersistentVolumeClaim => ({
  ...claim,
  spec: { ...claim.spec, volumeMode: claim.spec.volumeMode ?? 'Filesystem' },
  status: { ...claim.status, phase: claim.status?.phase ?? 'Pending' },
});

/** Everything that is wrong with a claim that is to be created. */
export function validateClaim({ metadata, spec }: PersistentVolumeClaim): readonly FieldError[] {
  const errors = new FieldErrors();
  validateMeta(metadata, ROOT.child('metadata'), errors);
  errors.list.push(...accessModeErrors(spec.accessModes));
  if (spec.resources?.requests?.['storage'] === undefined)
    errors.required(ROOT.child('spec', 'resources').at('storage'));
  return errors.list;
}

/** At least one, and only those there are. */
export function accessModeErrors(modes: readonly string[] = []): readonly FieldError[] {
  const errors = new FieldErrors();
  const path = ROOT.child('spec', 'accessModes');
  if (modes.length === 0) errors.required(path, 'at least 1 access mode is required');
  for (const [index, mode] of modes.entries()) {
    if (!ACCESS_MODES.includes(mode)) errors.unsupported(path.at(index), mode, ACCESS_MODES);
  }
  return errors.list;
}
