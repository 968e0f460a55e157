import type { Fault, FaultRule } from '../fault-proxy/fault.js';

/** Calls that change something. */
const CHANGES = {
  'create volume': { method: 'POST', path: /^\/volumes\/create/ },
  'create sandbox': { method: 'POST', path: /^\/containers\/create\?name=kubelette_POD/ },
  'create container': { method: 'POST', path: /^\/containers\/create\?name=kubelette_(?!POD)/ },
  start: { method: 'POST', path: /^\/containers\/\w+\/start/ },
  exec: { method: 'POST', path: /^\/containers\/\w+\/exec/ },
  stop: { method: 'POST', path: /^\/containers\/\w+\/stop/ },
  'remove container': { method: 'DELETE', path: /^\/containers\// },
  'remove volume': { method: 'DELETE', path: /^\/volumes\// },
} as const;

/** What an agent asks and does once, before it looks at any pod. */
const START_UP_CHANGES = {
  'create probe': { method: 'POST', path: /^\/containers\/create$/ },
} as const;

const START_UP_QUESTIONS = {
  version: { method: 'GET', path: /^\/version/ },
  info: { method: 'GET', path: /^\/info/ },
  'list networks': { method: 'GET', path: /^\/networks/ },
  'list images': { method: 'GET', path: /^\/images\/json/ },
} as const;

const LISTS = {
  list: { method: 'GET', path: /^\/containers\/json/ },
  'list volumes': { method: 'GET', path: /^\/volumes\?/ },
} as const;

const QUESTIONS = {
  ...LISTS,
  inspect: { method: 'GET', path: /^\/containers\/\w+\/json/ },
  'inspect image': { method: 'GET', path: /^\/images\/.*\/json/ },
  'inspect exec': { method: 'GET', path: /^\/exec\/\w+\/json/ },
} as const;

const STREAMS = {
  events: { method: 'GET', path: /^\/events/ },
  logs: { method: 'GET', path: /^\/containers\/\w+\/logs/ },
  attach: { method: 'POST', path: /^\/containers\/\w+\/attach/ },
  'start exec': { method: 'POST', path: /^\/exec\/\w+\/start/ },
} as const;

export interface FaultCase {
  /** Unique: a failure names it, and `FAULTS_AT` takes it. */
  readonly name: string;
  readonly rules: readonly FaultRule[];
  /** Something hangs until it is given up. */
  readonly hangs: boolean;
}

/** Everything is tried again within 15 s, each time; a call that hangs has to be given up first. */
const WITHIN_MS = 120_000;

const faults = {
  'lost reply': { kind: 'reset', phase: 'executed' },
  'broken connection': { kind: 'reset', phase: 'before' },
  'error 500': { kind: 'error', phase: 'before', status: 500 },
  'false error 500': { kind: 'error', phase: 'executed', status: 500 },
  'error 503': { kind: 'error', phase: 'before', status: 503 },
  truncation: { kind: 'truncate', bytes: 20 },
  'truncation further on': { kind: 'truncate', bytes: 700 },
  hang: { kind: 'hang', phase: 'before' },
  'hang after it was done': { kind: 'hang', phase: 'executed' },
  'hang and done in the end': { kind: 'late', ms: 500 },
  stall: { kind: 'stall', bytes: 20 },
  'pieces of one byte': { kind: 'slices', bytes: 1, ms: 0 },
  'slow pieces': { kind: 'slices', bytes: 64, ms: 2 },
} as const satisfies Record<string, Fault>;

type FaultName = keyof typeof faults;
type Calls = Readonly<Record<string, Pick<FaultRule, 'method' | 'path'>>>;

const BROKEN: readonly FaultName[] = ['lost reply', 'broken connection', 'error 500', 'false error 500', 'error 503'];
const HANGING: readonly FaultName[] = ['hang', 'hang after it was done', 'hang and done in the end'];

/** Every one of these faults at the first, the third ... of each kind of call. */
const each = (calls: Calls, names: readonly FaultName[], hits: Pick<FaultRule, 'nth' | 'times'>): FaultCase[] =>
  Object.entries(calls).flatMap(([call, pattern]) =>
    names.map((name) => ({
      name: [name, call, hits.nth, hits.times].filter((part) => part !== undefined).join(' '),
      rules: [{ ...pattern, ...hits, fault: faults[name] }],
      hangs: name.startsWith('hang') || name === 'stall',
    })),
  );

/** All that may befall which call. None of it may show in the end. */
export const FAULT_TABLE: readonly FaultCase[] = [
  ...each(CHANGES, BROKEN, { nth: 1 }),
  ...each(CHANGES, ['lost reply', 'error 500'], { nth: 2 }),
  ...each(CHANGES, HANGING, { nth: 1 }),
  // The first one that is removed is the probe.
  ...each({ 'remove container': CHANGES['remove container'] }, [...BROKEN, ...HANGING], { nth: 3 }),
  ...each(START_UP_CHANGES, [...BROKEN, ...HANGING], { nth: 1 }),
  ...each(START_UP_QUESTIONS, ['broken connection', 'error 500', 'truncation', 'hang'], { nth: 1 }),
  ...each(QUESTIONS, ['broken connection', 'error 500', 'truncation'], { nth: 1, times: 2 }),
  ...each(QUESTIONS, ['hang', 'stall'], { nth: 1 }),
  ...each(LISTS, ['broken connection', 'error 500', 'truncation', 'pieces of one byte'], { nth: 4, times: 3 }),
  ...each(STREAMS, ['broken connection', 'lost reply', 'error 500', 'truncation'], { nth: 1, times: 3 }),
  ...each({ logs: STREAMS.logs }, ['truncation further on'], { nth: 1, times: 12 }),
  ...each(STREAMS, ['hang', 'stall'], { nth: 1 }),
  // Of the pod whose logs are judged, too.
  ...each({ logs: STREAMS.logs }, ['hang', 'stall'], { nth: 2, times: 4 }),
  ...each({ ...STREAMS, ...LISTS }, ['pieces of one byte', 'slow pieces'], {}),
  ...([1, 3] as const).map((back) => ({
    name: `stale list ${String(back)}`,
    rules: [{ ...LISTS.list, nth: 4, times: 16, fault: { kind: 'stale', back } as const }],
    hangs: false,
  })),
  ...(['drop', 'double', 'reorder'] as const).map((change) => ({
    name: `${change} events`,
    rules: [{ ...STREAMS.events, fault: { kind: 'events', change } as const }],
    hangs: false,
  })),
  ...(['before', 'executed'] as const).map((phase) => ({
    name: `everything slow ${phase}`,
    rules: [{ fault: { kind: 'delay', phase, ms: 100 } as const }],
    hangs: false,
  })),
];

const slow = (name: string, phase: 'before' | 'executed', infoMs: number, ms: number): FaultCase => ({
  name: `${name} ${phase}`,
  rules: [
    { ...START_UP_QUESTIONS.info, nth: 2, times: Infinity, fault: { kind: 'delay', phase, ms: infoMs } },
    { fault: { kind: 'delay', phase, ms } },
  ],
  hangs: false,
});

/**
 * An engine that takes its time for everything, and longer for what it says about itself, as one on a busy machine does: that
 * is asked for at the start, again for what there is for pods, and then now and then. With `executed` what it says is as old
 * when it comes. The first one is quick enough to be played every time.
 */
export const SLOW_ENGINES: readonly [FaultCase, ...FaultCase[]] = [
  slow('everything takes a moment', 'executed', 5_500, 60),
  slow('everything takes a second', 'before', 12_000, 1_000),
  slow('everything takes a second', 'executed', 12_000, 1_000),
];

/** The script is over by then, on a slow machine. */
export const boundOf = ({ hangs }: FaultCase, callDeadlineMs: number): number =>
  WITHIN_MS + (hangs ? 1.5 * callDeadlineMs : 0);
