/** Full, over its quota, read-only, broken. */
const CODES: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'];

/** Did the disk refuse? Then nothing is wrong with what was asked for, and it may go well later. Also of an error with that as cause. */
export function isDiskTrouble(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return ('code' in error && CODES.includes(error.code)) || ('cause' in error && isDiskTrouble(error.cause));
}
