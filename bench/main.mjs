/**
 * Figures of a real engine, one line each: what was measured, what it is beside the alternatives measured in the same
 * run, and what is wanted. A case is a file of the folder that exports `run`, which returns its rows; see `report.mjs`.
 * Ends with 1 when a case failed, or a figure that has no tolerance is wrong.
 *
 *   npm run bench -- [CASE...] [--quick] [--rounds N] [--json]      cases
 *   npm run load -- [CASE...] [--quick] [--json] [--markdown]       load/cases
 */
import { readdirSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';

import { interrupted, undoOnSignals } from './endings.mjs';
import { isWrong, printRow, printTable } from './report.mjs';
import { docker } from './support.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    markdown: { type: 'boolean' },
    quick: { type: 'boolean' },
    rounds: { type: 'string' },
  },
});
const [folder, ...names] = positionals;
const all = readdirSync(new URL(folder, import.meta.url)).map((file) => file.replace(/\.mjs$/, ''));
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`no such case: ${unknown.join(', ')}; there are ${all.join(', ')}`);

undoOnSignals();
const { Version: engine } = await docker.version();
const machine = { date: new Date().toISOString(), cores: cpus().length, cpu: cpus()[0].model, engine };
if (!values.json) console.log(`${machine.date}, ${machine.cores} cores of ${machine.cpu}, Docker ${engine}`);

const results = [];
for (const name of names.length > 0 ? names : all) {
  console.error(`${name} ...`);
  const { run } = await import(`./${folder}/${name}.mjs`);
  const [load] = loadavg();
  const began = performance.now();
  const rows = await rowsOf(run);
  if (interrupted()) break;
  const seconds = (performance.now() - began) / 1_000;
  results.push({ case: name, load, seconds, rows });
  if (values.json) continue;
  console.log(`\n${name} (load ${load.toFixed(1)}, took ${seconds.toFixed(0)} s)`);
  for (const row of rows) printRow(row);
}
if (values.json) console.log(JSON.stringify({ ...machine, results }, undefined, 2));
if (values.markdown) printTable(results);
process.exitCode = results.some(({ rows }) => rows.some(isWrong)) ? 1 : 0;

/** A case that failed is one wrong row: the others still get their turn. */
async function rowsOf(run) {
  try {
    return await run({ quick: values.quick ?? false, rounds: values.rounds && Number(values.rounds) });
  } catch (error) {
    if (!interrupted()) console.error(error);
    return [{ figure: 'failed', value: error.message.split('\n')[0], unit: '', right: false }];
  }
}
