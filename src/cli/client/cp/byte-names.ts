/**
 * Names of files are bytes, and need not be text. Between an archive and the disk a name or path is therefore a string with
 * one character for each byte: it can be split and joined like any other, and loses nothing.
 */
export type ByteName = string;

/** How such a string is read and written. */
export const BYTES = 'latin1';

export const toByteName = (text: string): ByteName => Buffer.from(text).toString(BYTES);

/** What `node:fs` takes. */
export const toPath = (name: ByteName): Buffer => Buffer.from(name, BYTES);

/** For people; what is no text has marks of that in it. */
export const toText = (name: ByteName): string => Buffer.from(name, BYTES).toString();

export const isText = (name: ByteName): boolean => toByteName(toText(name)) === name;
