import { MESSAGES } from './messages.js';

/** One field of a message of the Kubernetes API. */
export interface MessageField {
  readonly number: number;
  /** In JSON; `*` when the fields of the message belong to the one around it. */
  readonly name: string;
  /** `s`, `b`, `i`, `B` or the name of a message. */
  readonly type: string;
  readonly shape: 'single' | 'list' | 'map';
}

const table: ReadonlyMap<string, readonly MessageField[]> = new Map(
  Object.entries(MESSAGES).map(([message, text]) => [message, text === '' ? [] : text.split(', ').map(parseField)]),
);

const byNumber: ReadonlyMap<string, ReadonlyMap<number, MessageField>> = new Map(
  [...table].map(([message, fields]) => [message, new Map(fields.map((field) => [field.number, field]))]),
);

const byName: ReadonlyMap<string, ReadonlyMap<string, MessageField>> = new Map(
  [...table.keys()].map((message) => [message, new Map(jsonFields(message).map((field) => [field.name, field]))]),
);

/** Fields as they are numbered, or `undefined` for a message that is not known. */
export const numberedFields = (message: string): ReadonlyMap<number, MessageField> | undefined => byNumber.get(message);

/** Fields as JSON has them, those of embedded messages among them. */
export const namedFields = (message: string): ReadonlyMap<string, MessageField> | undefined => byName.get(message);

function jsonFields(message: string): MessageField[] {
  return (table.get(message) ?? []).flatMap((field) => (field.name === '*' ? jsonFields(field.type) : [field]));
}

function parseField(text: string): MessageField {
  const [, number = '', name = '', type = ''] = /^(\d+) ([^:]+):(.+)$/.exec(text) ?? [];
  const shape = type.startsWith('{') ? 'map' : type.endsWith('[]') ? 'list' : 'single';
  return { number: Number(number), name, type: type.replace(/^\{|\}$|\[\]$/g, ''), shape };
}
