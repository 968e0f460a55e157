import type { Pod } from '../../api/schema/pod.js';
import { statusStyle, type Paint } from '../output/colour.js';
import { escapeText } from '../output/escape.js';
import { computePodColumns } from '../../api/printing/pod-columns.js';
import { formatTable } from '../output/table.js';
import { nextSteps } from './next-steps.js';
import { computeProgress, progressText } from './settled.js';

/** Everything the live table shows. */
export interface TableModel {
  /** `node vm-run-7, Docker 20.10.24 at unix:///var/run/docker.sock`. */
  readonly title: string;
  readonly pods: readonly Pod[];
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** How long it took until all pods were ready or had ended; absent before. */
  readonly settledAfterMs?: number;
  /** Images that are being pulled. */
  readonly pulls?: readonly { readonly image: string; readonly text: string }[];
  /** The newest thing the agent complained about. */
  readonly note?: string;
  readonly stage: 'running' | 'stopping' | 'stopped';
  /** How this command line was called. */
  readonly program: string;
}

const HEADING = ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE', 'IP'];
const STATUS_COLUMN = 2;

/** The lines of the live table, from its title to what to try next. */
export function renderTableFrame(model: TableModel, paint: Paint): readonly string[] {
  return [
    paint('dim', escapeText(model.title)),
    '',
    ...tableLines(model, paint),
    '',
    ...pullLines(model, paint),
    ...(model.note === undefined ? [] : [paint('yellow', escapeText(model.note)), '']),
    ...footer(model, paint),
  ];
}

function pullLines({ pulls = [] }: TableModel, paint: Paint): readonly string[] {
  if (pulls.length === 0) return [];
  const lines = pulls.map(({ image, text }) => `pulling ${image}${text === '' ? '' : `: ${text}`}`);
  return [...lines.map((line) => paint('dim', escapeText(line))), ''];
}

function tableLines({ pods, nowMs }: TableModel, paint: Paint): readonly string[] {
  if (pods.length === 0) return [paint('dim', 'no pods')];
  const table = formatTable([HEADING, ...pods.map((pod) => podRow(pod, nowMs))], (text, row, column) => {
    if (row === 0) return paint('bold', text);
    const style = column === STATUS_COLUMN ? statusStyle(text) : undefined;
    return style === undefined ? text : paint(style, text);
  });
  return table.trimEnd().split('\n');
}

/** A pod as the table shows it. */
export function podRow(pod: Pod, nowMs: number): readonly string[] {
  const { name, ready, status, restarts, age, ip } = computePodColumns(pod, nowMs);
  return [name, ready, status, restarts, age, ip];
}

function footer(model: TableModel, paint: Paint): readonly string[] {
  if (model.stage === 'stopped') return ['Everything is removed.'];
  if (model.stage === 'stopping')
    return ['Removing the pods and everything that belongs to them. Ctrl-C again leaves them behind.'];
  if (model.settledAfterMs === undefined) return ['Starting. Ctrl-C removes everything.'];
  return [
    paint('green', settledText(model.pods, model.settledAfterMs)),
    '',
    ...nextStepLines(model.pods, model.program, paint),
    'Ctrl-C removes everything.',
  ];
}

/** `Up after 6.3 s: 7 pods ready, 1 succeeded, 1 failed.` */
export const settledText = (pods: readonly Pod[], afterMs: number): string =>
  `Up after ${(afterMs / 1000).toFixed(1)} s: ${progressText(computeProgress(pods))}.`;

/** The commands to copy, with their heading; nothing when there are none. */
export function nextStepLines(pods: readonly Pod[], program: string, paint: Paint): readonly string[] {
  const steps = nextSteps(pods, program);
  if (steps.length === 0) return [];
  return ['Try next, in another terminal:', ...steps.map((step) => `  ${paint('cyan', step)}`), ''];
}
