import type { KubeObject } from '../../api/schema/meta.js';
import { ageSince } from '../../api/printing/duration.js';
import type { Column } from '../resources/kind.js';

/** The column every table begins with. */
export const nameColumn: Column<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  priority: 0,
  description: 'Name must be unique within a namespace.',
  cell: ({ metadata }) => metadata.name,
};

/** Time since the object was created. */
export const ageColumn: Column<KubeObject> = {
  name: 'Age',
  type: 'string',
  priority: 0,
  description: 'CreationTimestamp is a timestamp representing the server time when this object was created.',
  cell: ({ metadata }, now) => ageSince(metadata.creationTimestamp, now),
};

/** A column of text. */
export const textColumn = <T>(name: string, description: string, cell: Column<T>['cell']): Column<T> => ({
  name,
  type: 'string',
  priority: 0,
  description,
  cell,
});

/** A column of whole numbers. */
export const countColumn = <T>(name: string, description: string, cell: (object: T) => number): Column<T> => ({
  name,
  type: 'integer',
  priority: 0,
  description,
  cell,
});

/** Shown with `-o wide` only. */
export const wide = <T>(column: Column<T>): Column<T> => ({ ...column, priority: 1 });

/** What a cell says when there is nothing. */
export const NONE = '<none>';
