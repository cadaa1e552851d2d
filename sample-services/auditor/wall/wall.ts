import type { Finding, Invariant } from '../invariants/invariant.ts';

/** `UNKNOWN`: what it needs cannot be seen; `unread` says why. */
export type Verdict = 'OK' | 'PENDING' | 'UNKNOWN' | 'VIOLATION';

/** Somebody knows of a violation and says why it is left as it is. */
export interface Acknowledgement {
  reason: string;
  /** Epoch ms. */
  at: number;
}

export interface Violation extends Finding {
  /** Epoch ms. */
  since: number;
  /** Of the order's own business transaction; empty when unknown. */
  traceId: string;
  /** Null: nobody has, and the invariant is red for it. */
  acknowledged: Acknowledgement | null;
}

/** What one sweep found about one invariant. */
export interface Result {
  findings: readonly Finding[];
  /** Why it could not be judged; null when it was. */
  unread: string | null;
}

/** What a sweep looked at: what is found no longer there is over only where it was looked for. */
export interface Looked {
  orders: ReadonlySet<string>;
  everything: boolean;
  /** Whether an order that disagrees over several databases can be judged now. */
  judgeable(orderId: string): boolean;
  at: number;
}

export interface Change {
  invariant: Invariant;
  kind: 'violated' | 'restored';
  /** Those that are new, or the last that was. */
  violations: readonly Violation[];
}

/** The state of one invariant over the sweeps. */
export class WallEntry {
  readonly invariant: Invariant;
  #violations = new Map<string, Violation>();
  /** Wrong when it was last looked at, in a sweep that could judge it. */
  #suspects: ReadonlySet<string> = new Set();
  #pending: ReadonlyMap<string, Finding> = new Map();
  #unread: string | null = 'not looked at yet';
  #since: number;
  #verdict: Verdict = 'UNKNOWN';

  constructor(invariant: Invariant, now: number) {
    this.invariant = invariant;
    this.#since = now;
  }

  get verdict(): Verdict {
    return this.#verdict;
  }

  /** Epoch ms of the last change of the verdict. */
  get since(): number {
    return this.#since;
  }

  /** Why the last sweep could not judge it, or not all of it; null when it could. */
  get unread(): string | null {
    return this.#unread ?? this.invariant.blind?.() ?? null;
  }

  /** Those which nobody has acknowledged: the invariant is violated while there are any. */
  get violations(): readonly Violation[] {
    return [...this.#violations.values()].filter(({ acknowledged }) => acknowledged === null);
  }

  /** Still so, and known to be. */
  get acknowledged(): readonly Violation[] {
    return [...this.#violations.values()].filter(({ acknowledged }) => acknowledged !== null);
  }

  /** Not right when they were last looked at, and not judged. */
  get pending(): readonly Finding[] {
    return [...this.#pending.values()];
  }

  #verdictNow(): Verdict {
    if (this.violations.length > 0) return 'VIOLATION';
    if (this.unread !== null) return 'UNKNOWN';
    return this.#pending.size > 0 ? 'PENDING' : 'OK';
  }

  /** Takes a sweep's result; gives the violations that are new with it. */
  judge(result: Result, looked: Looked): { fresh: readonly Violation[]; change: Change['kind'] | null } {
    const before = this.#verdict;
    this.#unread = result.unread;
    const fresh = result.unread === null ? this.#sort(result.findings, looked) : [];
    this.#conclude(looked.at);
    const was = before === 'VIOLATION';
    const is = this.#verdict === 'VIOLATION';
    return { fresh, change: was === is ? null : is ? 'violated' : 'restored' };
  }

  /** Takes all violations of now as known; gives them. What comes later, or changes, is red again. */
  acknowledge(acknowledged: Acknowledgement): readonly Violation[] {
    const known = this.violations;
    for (const violation of known) this.#violations.set(violation.key, { ...violation, acknowledged });
    this.#conclude(acknowledged.at);
    return known;
  }

  #conclude(at: number): void {
    const before = this.#verdict;
    this.#verdict = this.#verdictNow();
    if (before !== this.#verdict) this.#since = at;
  }

  #sort(findings: readonly Finding[], looked: Looked): Violation[] {
    const found = new Map(findings.map((finding) => [finding.key, finding]));
    for (const [key, violation] of this.#violations) {
      if (!found.has(key) && lookedFor(violation, looked)) this.#violations.delete(key);
    }
    // Of what was not looked at this time nothing new is known: what was suspected of it still is.
    const pending = new Map(
      [...this.#pending].filter(([key, finding]) => !found.has(key) && !lookedFor(finding, looked)),
    );
    const suspects = new Set([...this.#suspects].filter((key) => pending.has(key)));
    const fresh: Violation[] = [];
    for (const finding of found.values()) {
      const known = this.#violations.get(finding.key);
      if (known && isKept(known, finding)) {
        const { since, traceId, acknowledged } = known;
        this.#violations.set(finding.key, { ...finding, since, traceId, acknowledged });
      } else if (this.#isViolation(finding, looked, suspects)) {
        const violation = { ...finding, since: looked.at, traceId: '', acknowledged: null };
        this.#violations.set(finding.key, violation);
        fresh.push(violation);
      } else {
        pending.set(finding.key, finding);
      }
    }
    this.#suspects = suspects;
    this.#pending = pending;
    return fresh;
  }

  #isViolation(finding: Finding, looked: Looked, suspects: Set<string>): boolean {
    if (finding.weight === 'certain') return true;
    if (finding.weight === 'inFlight' || finding.orderId === null) return false;
    if (!looked.judgeable(finding.orderId)) return false;
    suspects.add(finding.key);
    return this.#suspects.has(finding.key);
  }

  /** Where a violation leads to: found out once, when it is new. */
  trace(key: string, traceId: string): void {
    const violation = this.#violations.get(key);
    if (violation) this.#violations.set(key, { ...violation, traceId });
  }
}

/** One that was acknowledged is another when it says something else. */
function isKept({ acknowledged, expected, found }: Violation, now: Finding): boolean {
  return acknowledged === null || (expected === now.expected && found === now.found);
}

function lookedFor(finding: Finding, looked: Looked): boolean {
  switch (finding.scope) {
    case 'sweep':
      return true;
    case 'everything':
      return looked.everything;
    case 'order':
      return finding.orderId === null || looked.orders.has(finding.orderId);
  }
}
