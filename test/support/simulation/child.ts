import { liveAll } from './tally.js';

/** Lives what it is told to, `first` and `count`, and says what came of it. */
const [first, count] = process.argv.slice(2).map(Number);
process.stdout.write(JSON.stringify(liveAll(first ?? 1, count ?? 1)));
