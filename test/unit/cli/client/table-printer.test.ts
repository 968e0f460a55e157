import { describe, expect, it } from '@jest/globals';
import { TablePrinter, type Table, type TableFormat } from '../../../../src/cli/client/table-printer.js';

const FORMAT: TableFormat = {
  wide: false,
  noHeaders: false,
  withNamespace: false,
  showLabels: false,
  labelColumns: [],
  namePrefix: '',
};

const table = (...rows: readonly [string, string, unknown][]): Table => ({
  columnDefinitions: [{ name: 'Name' }, { name: 'Status', priority: 0 }, { name: 'Node', priority: 1 }],
  rows: rows.map((cells) => ({
    cells,
    object: { metadata: { name: cells[0], namespace: 'ns', labels: { b: '2', 'example.com/app': 'web' } } },
  })),
});

const print = (format: Partial<TableFormat>, ...tables: readonly Table[]): string =>
  new TablePrinter({ ...FORMAT, ...format }).print(tables);

describe('TablePrinter', () => {
  it('hides columns of low priority, and shows them when wide', () => {
    expect(print({}, table(['web', 'Running', 'n1']))).toBe('NAME   STATUS\nweb    Running\n');
    expect(print({ wide: true }, table(['web', 'Running', 'n1']))).toBe('NAME   STATUS    NODE\nweb    Running   n1\n');
  });

  it('has one heading over several tables', () => {
    expect(print({}, table(['web', 'Running', '']), table(['longer-name', 'Pending', '']))).toBe(
      'NAME          STATUS\nweb           Running\nlonger-name   Pending\n',
    );
  });

  it('adds namespace, labels and the type where asked', () => {
    const format = {
      withNamespace: true,
      showLabels: true,
      labelColumns: ['example.com/app', 'c'],
      namePrefix: 'pod/',
    };
    expect(print(format, table(['web', 'Running', '']))).toBe(
      'NAMESPACE   NAME      STATUS    APP   C     LABELS\n' +
        'ns          pod/web   Running   web         b=2,example.com/app=web\n',
    );
  });

  it('keeps a cell on its line and lets nothing in it reach the terminal', () => {
    expect(print({ noHeaders: true }, table(['web', 'a\u001b[31mb\nc', '']))).toBe('web   a^[[31mb...\n');
  });

  it('never makes a column narrower in a watch, and repeats no heading', () => {
    const printer = new TablePrinter(FORMAT);
    printer.print([table(['a-long-name', 'Running', ''])]);
    expect(printer.print([{ columnDefinitions: null, rows: table(['web', 'Pending', '']).rows ?? [] }])).toBe(
      'web           Pending\n',
    );
  });
});
