import { median } from './support.mjs';

/**
 * Measures everybody once in each round, in an order that moves on by one each time. The first round warms up and does
 * not count. A contender that fails is left out from there on, and its reason is in the notes.
 *
 * @returns figures in ms by name, in the order of rounds, and what went wrong
 */
export async function compare(contenders, rounds, measure) {
  const took = new Map(contenders.map(({ name }) => [name, []]));
  const failed = new Map();
  for (let round = 0; round <= rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const contender = contenders[(round + turn) % contenders.length];
      if (failed.has(contender.name)) continue;
      try {
        const ms = await measure(contender, round);
        if (round > 0) took.get(contender.name).push(ms);
      } catch (error) {
        if (contender === contenders[0]) throw error;
        failed.set(contender.name, error.message.split('\n')[0]);
      }
    }
  }
  return { took, failed };
}

/** One row for each contender; the first is ours, and `targets` says what our ratio to the others is to be. */
export function rowsOf(figure, { failed, took }, targets = {}) {
  const [[ours, own]] = took;
  return [...took].map(([name, values]) => {
    const row = { figure: `${figure}: ${name}`, unit: 'ms' };
    if (failed.has(name)) return { ...row, value: '-', note: failed.get(name) };
    const ratio = name === ours ? undefined : median(values.map((value, round) => own[round] / value));
    return { ...row, value: median(values), samples: values, ratio, target: targets[name] };
  });
}

/** How long it takes, in ms. */
export async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
