/**
 * Where in the life of a call something happens: `before` the engine hears of it; `executed`, when the engine has answered
 * and the client has heard nothing; `delivered`, when the client has the whole answer.
 */
export type Phase = 'before' | 'executed' | 'delivered';

/** What befalls one call. */
export type Fault =
  | { readonly kind: 'delay'; readonly phase: 'before' | 'executed'; readonly ms: number }
  /** No answer, ever; the connection stays. */
  | { readonly kind: 'hang'; readonly phase: 'before' | 'executed' }
  /** No answer either; carried out so many ms after the client has given up. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The connection breaks; with `executed` the reply is lost. */
  | { readonly kind: 'reset'; readonly phase: 'before' | 'executed' }
  /** The engine claims to have failed, and has (`before`) or has not (`executed`). */
  | { readonly kind: 'error'; readonly phase: 'before' | 'executed'; readonly status: number }
  /** The connection breaks after so many bytes of the body, or of a hijacked stream. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** Nothing more comes after so many bytes of it; the connection stays. */
  | { readonly kind: 'stall'; readonly bytes: number }
  /** The answer comes in pieces of `bytes`, one every `ms`; 0 for one in each turn of the event loop. */
  | { readonly kind: 'slices'; readonly bytes: number; readonly ms: number }
  /** An earlier answer to the same listing: so many back, the one before being 1. */
  | { readonly kind: 'stale'; readonly back: number }
  /** Of the lines of an event stream: all are lost, all come twice, or each comes after the one that followed it. */
  | { readonly kind: 'events'; readonly change: 'drop' | 'double' | 'reorder' }
  /** The agent's process dies. */
  | { readonly kind: 'kill'; readonly phase: Phase };

/** The engine's side of a call: path and query without the version prefix. */
export interface CallName {
  readonly method: string;
  readonly path: string;
}

/** A fault, and the calls that it befalls. */
export interface FaultRule {
  /** Any when absent. */
  readonly method?: string;
  /** Any when absent. */
  readonly path?: RegExp;
  /** From which hit on, counted from 1; the first when absent. */
  readonly nth?: number;
  /** How many hits; when absent one, where `nth` is given, else all. */
  readonly times?: number;
  readonly fault: Fault;
}

/** Counts hits. Each call counts for every rule that matches it; the first rule whose turn it is has it. */
export class FaultRules {
  readonly #rules: readonly { readonly rule: FaultRule; hits: number }[];

  constructor(rules: readonly FaultRule[]) {
    this.#rules = rules.map((rule) => ({ rule, hits: 0 }));
  }

  next(call: CallName): Fault | undefined {
    let fault: Fault | undefined;
    for (const counted of this.#rules) {
      const { rule } = counted;
      if (!matches(rule, call)) continue;
      counted.hits += 1;
      if (fault === undefined && isTurn(rule, counted.hits)) fault = rule.fault;
    }
    return fault;
  }
}

const matches = ({ method, path }: FaultRule, call: CallName): boolean =>
  (method === undefined || method === call.method) && (path === undefined || path.test(call.path));

function isTurn({ nth, times = nth === undefined ? Infinity : 1 }: FaultRule, hit: number): boolean {
  const first = nth ?? 1;
  return hit >= first && hit < first + times;
}

/** `reset executed`, `truncate 100`: for schedules that a person reads. */
export function describeFault(fault: Fault): string {
  const { kind, ...rest } = fault;
  return [kind, ...Object.values(rest).map(String)].join(' ');
}
