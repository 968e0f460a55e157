import { FieldErrors, ROOT, type FieldError } from '../../api/field-error.js';

const SHORT: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** `RWO,ROX`, in the order tables have them, each once. */
export const accessModesText = (modes: readonly string[] = []): string =>
  Object.entries(SHORT)
    .filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');

/** At least one, and only those there are. */
export function accessModeErrors(modes: readonly string[] = []): readonly FieldError[] {
  const errors = new FieldErrors();
  const path = ROOT.child('spec', 'accessModes');
  if (modes.length === 0) errors.required(path, 'at least 1 access mode is required');
  for (const [index, mode] of modes.entries()) {
    if (!Object.hasOwn(SHORT, mode)) errors.unsupported(path.at(index), mode, Object.keys(SHORT).sort());
  }
  return errors.list;
}
