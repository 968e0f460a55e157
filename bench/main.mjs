/**
 * Figures of a real engine, one line each: what was measured, and what is wanted. `npm run bench -- restart` runs the
 * cases of that name. A case is a file beside this one that exports `run`, which returns its lines.
 */
import { readdirSync } from 'node:fs';

const wanted = process.argv.slice(2);
const cases = readdirSync(new URL('cases', import.meta.url))
  .map((file) => file.replace(/\.mjs$/, ''))
  .filter((name) => wanted.length === 0 || wanted.includes(name));

for (const name of cases) {
  console.error(`${name} ...`);
  const { run } = await import(`./cases/${name}.mjs`);
  for (const { figure, value, target } of await run()) {
    console.log(`${figure.padEnd(64)} ${value.padEnd(28)} wanted: ${target}`);
  }
}
