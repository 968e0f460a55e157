/**
 * Figures of a real engine, one line each: what was measured, what it is beside the alternatives measured in the same
 * run, and what is wanted. A case is a file of `cases` that exports `run`, which returns its rows; see `report.mjs`.
 *
 *   npm run bench -- [CASE...] [--quick] [--rounds N] [--json]
 */
import { readdirSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';

import { printRow } from './report.mjs';
import { docker } from './support.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, rounds: { type: 'string' } },
});
const all = readdirSync(new URL('cases', import.meta.url)).map((file) => file.replace(/\.mjs$/, ''));
const unknown = positionals.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`no such case: ${unknown.join(', ')}; there are ${all.join(', ')}`);

const { Version: engine } = await docker.version();
const machine = { date: new Date().toISOString(), cores: cpus().length, cpu: cpus()[0].model, engine };
if (!values.json) console.log(`${machine.date}, ${machine.cores} cores of ${machine.cpu}, Docker ${engine}`);

const results = [];
for (const name of positionals.length > 0 ? positionals : all) {
  console.error(`${name} ...`);
  const { run } = await import(`./cases/${name}.mjs`);
  const [load] = loadavg();
  const rows = await run({ quick: values.quick ?? false, rounds: values.rounds && Number(values.rounds) });
  results.push({ case: name, load, rows });
  if (!values.json) {
    console.log(`\n${name} (load ${load.toFixed(1)})`);
    for (const row of rows) printRow(row);
  }
}
if (values.json) console.log(JSON.stringify({ ...machine, results }, undefined, 2));
