/**
 * A row is `{ figure, value, unit, target?, ratio?, note? }`: `ratio` is ours over this one, as the median of the ratios
 * of single rounds, so that whatever slows the machine for a while slows both sides of each.
 */
export function printRow({ figure, note, ratio, target, unit, value }) {
  const text = [
    figure.padEnd(62),
    `${format(value)} ${unit}`.padEnd(16),
    (ratio === undefined ? '' : `ours: ${ratio.toFixed(2)} x`).padEnd(14),
    target === undefined ? '' : `wanted: ${target}`,
    note === undefined ? '' : `(${note})`,
  ];
  console.log(text.join(' ').trimEnd());
}

const format = (value) => (typeof value === 'number' ? (value < 10 ? value.toFixed(2) : value.toFixed(0)) : value);
