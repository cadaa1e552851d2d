import { ITEMS_A_STEP, type Steps } from './slices.ts';
import type { SpanNode, SpanTree } from './tree.ts';

/** Spans of one caller that stand for one thing: statements to a database, attempts of one call. In order of time. */
export interface SpanGroup {
  kind: 'statements' | 'attempts';
  nodes: SpanNode[];
}

/** So many statements in a row become one line. */
const GROUP_FROM = 3;

function isDatabase({ span }: SpanNode): boolean {
  return (span.attributes['db.system.name'] ?? span.attributes['db.system']) !== undefined;
}

/** A statement to a database which went well and called nothing else. */
function isStatement(node: SpanNode): boolean {
  return (
    isDatabase(node) && node.span.status !== 'error' && node.children.length === 0 && node.injected === null
  );
}

/** What a call went to, without what differs from one attempt to the next; null for what is no call. */
function targetOf(node: SpanNode): string | null {
  const { span } = node;
  if (node.linked || (span.kind !== 'client' && span.kind !== 'producer') || isDatabase(node)) return null;
  const a = span.attributes;
  const url = String(a['url.full'] ?? a['http.url'] ?? a['url.path'] ?? '').split('?')[0];
  const host = a['server.address'] ?? a['peer.service'] ?? '';
  return [span.service, span.name, a['http.request.method'] ?? '', host, a['server.port'] ?? '', url].join(
    ' ',
  );
}

/**
 * Attempts of one call: calls to one target, one after the other, of which each but the last failed.
 */
function* groupAttempts(children: readonly SpanNode[]): Steps<void> {
  const open = new Map<string, SpanNode[]>();
  for (const [i, child] of children.entries()) {
    if (i % ITEMS_A_STEP === 0) yield;
    const target = targetOf(child);
    if (target === null) continue;
    const run = open.get(target);
    const last = run?.at(-1);
    if (!run || last?.span.status !== 'error' || child.start < last.end) {
      open.set(target, [child]);
      continue;
    }
    run.push(child);
    for (const node of run) node.group ??= { kind: 'attempts', nodes: run };
  }
}

function* groupStatements(children: readonly SpanNode[]): Steps<void> {
  let run: SpanNode[] = [];
  const end = () => {
    const nodes = run;
    run = [];
    if (nodes.length < GROUP_FROM) return;
    for (const node of nodes) node.group = { kind: 'statements', nodes };
  };
  for (const [i, child] of children.entries()) {
    if (i % ITEMS_A_STEP === 0) yield;
    const fits = isStatement(child);
    if (!fits || (run[0] && run[0].span.service !== child.span.service)) end();
    if (fits) run.push(child);
  }
  end();
}

/** Says of each span in which group it is. */
export function* growGroups({ roots, order }: Pick<SpanTree, 'roots' | 'order'>): Steps<void> {
  yield* groupStatements(roots);
  for (const [i, { children }] of order.entries()) {
    if (i % ITEMS_A_STEP === 0) yield;
    if (children.length < 2) continue;
    yield* groupAttempts(children);
    yield* groupStatements(children);
  }
}
