/**
 * So far in the future a time of the engine may seem to lie, ms, without its clock having been set back: how much it differs
 * from ours is measured over a connection, while both sides are busy.
 */
export const CLOCKS_DIFFER_MS = 10_000;
