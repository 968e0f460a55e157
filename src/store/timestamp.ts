/** Epoch milliseconds as the whole-second RFC 3339 text of object metadata, e.g. `2026-01-01T00:00:00Z`. */
export const toTimestamp = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
