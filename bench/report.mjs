/**
 * A row is `{ figure, value, unit, target?, met?, right?, ratio?, note? }`: `met` says whether a target was reached, `right`
 * whether something is as it has to be, on any machine. `ratio` is ours over this one, as the median of the ratios of
 * single rounds, so that whatever slows the machine for a while slows both sides of each.
 */
export function printRow(row) {
  const { figure, note, ratio, target, unit, value } = row;
  const text = [
    figure.padEnd(62),
    `${format(value)} ${unit}`.padEnd(16),
    (ratio === undefined ? '' : `ours: ${ratio.toFixed(2)} x`).padEnd(ratio === undefined ? 0 : 14),
    [target === undefined ? '' : `wanted: ${target}`, verdict(row)].join(' ').trim(),
    note === undefined ? '' : `(${note})`,
  ];
  console.log(
    text
      .filter((part) => part !== '')
      .join(' ')
      .trimEnd(),
  );
}

/** As docs/performance.md shows them. */
export function printTable(results) {
  console.log('\n| case | what | result | wanted | |\n| --- | --- | --- | --- | --- |');
  for (const { case: name, rows } of results)
    for (const row of rows)
      console.log(
        `| ${[`\`${name}\``, row.figure, `${format(row.value)} ${row.unit}`.trim(), row.target ?? '', verdict(row)].join(' | ')} |`,
      );
}

export const isWrong = ({ right }) => right === false;

function verdict({ met, right }) {
  if (right !== undefined) return right ? 'right' : 'WRONG';
  if (met !== undefined) return met ? 'met' : 'MISSED';
  return '';
}

/** A figure without tolerance. @param wrong what is wrong; nothing when all is well */
export function mustBe(figure, wrong, value = wrong.length === 0 ? 'yes' : `${wrong.length} times not`) {
  const note = wrong.length === 0 ? {} : { note: wrong.slice(0, 3).join('; ') };
  return { figure, value, unit: '', right: wrong.length === 0, ...note };
}

/** A figure that is to stay below something. */
export const below = (figure, value, limit, unit, more = {}) => ({
  figure,
  value,
  unit,
  target: `below ${limit} ${unit}`,
  met: value < limit,
  ...more,
});

const format = (value) =>
  typeof value === 'number' ? (Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0)) : value;
