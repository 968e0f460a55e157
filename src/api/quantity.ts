/** What the API server says about an amount it cannot read. */
export const QUANTITY_FORMAT =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** Powers of ten of the decimal suffixes, powers of two of the binary ones. */
const DECIMAL_SUFFIX: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY_SUFFIX: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };

/** No real amount is longer; everything beyond is refused before any arithmetic. */
const MAX_LENGTH = 64;
/** `1e999999999` would otherwise be a number that fills the memory. */
const MAX_EXPONENT = 64;

/**
 * An exact amount: `value × 10^-9`, the finest step Kubernetes knows. Finer amounts are rounded away from zero, as there.
 */
export interface Quantity {
  readonly nano: bigint;
}

const NANO_DIGITS = 9;

/**
 * Read a Kubernetes amount such as `500m`, `1.5`, `128Mi`, `1e3`.
 *
 * @returns undefined for anything that is not an amount.
 * Source: apimachinery pkg/api/resource/quantity.go
 */
export function parseQuantity(text: string): Quantity | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE])([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', , exponentText, suffix = ''] = match;
  if (whole === '' && fraction === '') return undefined;

  let exponent = NANO_DIGITS - fraction.length;
  let factor = 1n;
  if (exponentText !== undefined) {
    const written = Number(exponentText);
    if (Math.abs(written) > MAX_EXPONENT) return undefined;
    exponent += written;
  } else {
    const shift = BINARY_SUFFIX[suffix];
    if (shift === undefined) exponent += DECIMAL_SUFFIX[suffix] ?? 0;
    else factor = 1n << shift;
  }

  const digits = BigInt(whole + fraction) * factor;
  const magnitude = exponent >= 0 ? digits * 10n ** BigInt(exponent) : ceilDivide(digits, 10n ** BigInt(-exponent));
  return { nano: sign === '-' ? -magnitude : magnitude };
}

/** Can `text` be read as an amount? */
export const isQuantity = (text: string): boolean => parseQuantity(text) !== undefined;

/** Thousandths, rounded up: the unit of CPU arithmetic. @throws RangeError when `text` is not an amount */
export const milliValue = (text: string): bigint => ceilDivide(mustParse(text).nano, 1_000_000n);

/** Whole units (bytes, counts), rounded up. @throws RangeError when `text` is not an amount */
export const wholeValue = (text: string): bigint => ceilDivide(mustParse(text).nano, 1_000_000_000n);

/** Negative, zero or positive as `a` is smaller than, equal to or larger than `b`. @throws RangeError as above */
export function compareQuantities(a: string, b: string): number {
  const difference = mustParse(a).nano - mustParse(b).nano;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** `ceil(amount / divisor)`, exactly: what a resourceFieldRef shows. @throws RangeError as above, or for divisor 0 */
export function divideUp(amount: string, divisor: string): bigint {
  return ceilDivide(mustParse(amount).nano, mustParse(divisor).nano);
}

function mustParse(text: string): Quantity {
  const quantity = parseQuantity(text);
  if (quantity === undefined) throw new RangeError(`"${text}" is not an amount: ${QUANTITY_FORMAT}`);
  return quantity;
}

/** BigInt division truncates; amounts round towards positive infinity. */
function ceilDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const positive = dividend > 0n === divisor > 0n;
  return dividend % divisor !== 0n && positive ? quotient + 1n : quotient;
}
