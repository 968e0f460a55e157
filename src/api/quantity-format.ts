import { parseQuantity } from './quantity.js';

const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const NANO_PER_UNIT = 1_000_000_000n;

type Format = 'binary' | 'decimal' | 'exponent';

/**
 * The one way Kubernetes writes an amount: no fraction, the largest suffix that loses nothing, binary suffixes staying
 * binary. `0.5` is `500m`, `1024Mi` is `1Gi`. What cannot be read is returned as it is.
 * Source: apimachinery pkg/api/resource/quantity.go CanonicalizeBytes
 */
export function canonicalQuantity(text: string): string {
  const quantity = parseQuantity(text);
  return quantity === undefined ? text : formatAmount(quantity.nano, formatOf(text));
}

/** The amounts added up, written as the first of them that is not zero. One that cannot be read counts as none. */
export function addQuantities(texts: readonly string[]): string {
  let sum = 0n;
  let format: Format = 'decimal';
  for (const text of texts) {
    const { nano } = parseQuantity(text) ?? { nano: 0n };
    if (sum === 0n) format = formatOf(text);
    sum += nano;
  }
  return formatAmount(sum, format);
}

function formatOf(text: string): Format {
  if (text.endsWith('i')) return 'binary';
  return /[eE][-+]?\d+$/.test(text) ? 'exponent' : 'decimal';
}

function formatAmount(nano: bigint, format: Format): string {
  if (nano === 0n) return '0';
  const whole = nano % NANO_PER_UNIT === 0n;
  const units = nano / NANO_PER_UNIT;
  if (format === 'binary' && whole && (units >= 1024n || units <= -1024n)) {
    const { mantissa, steps } = divideOut(units, 1024n, BINARY.length - 1);
    return `${mantissa}${BINARY[steps] ?? ''}`;
  }
  const { mantissa, steps } = divideOut(nano, 1000n, DECIMAL.length - 1);
  if (format !== 'exponent') return `${mantissa}${DECIMAL[steps] ?? ''}`;
  const exponent = (steps - 3) * 3;
  return exponent === 0 ? String(mantissa) : `${mantissa}e${exponent}`;
}

function divideOut(value: bigint, base: bigint, maxSteps: number): { mantissa: bigint; steps: number } {
  let mantissa = value;
  let steps = 0;
  while (steps < maxSteps && mantissa % base === 0n) {
    mantissa /= base;
    steps += 1;
  }
  return { mantissa, steps };
}
