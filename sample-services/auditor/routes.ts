import { Acknowledge, Acknowledged, CONTROL, Evidence, Wall } from '@stormglass/agents/contract';
import { registerControl } from '@stormglass/agents/node';
import { ShopError } from '../kit/errors.ts';
import type { App } from '../kit/http/route.ts';
import { ById, ConsistencyAnswer, SweepQuery } from './api.ts';
import type { Auditor } from './auditor.ts';
import type { Finding } from './invariants/invariant.ts';
import type { WallEntry } from './wall/wall.ts';

const READ = { permission: 'auditor:read' } as const;
const SHOWN = 200;

export function addWall(app: App, auditor: Auditor): void {
  const wall = {
    schema: { summary: 'All invariants with their verdicts', response: { 200: Wall } },
    config: READ,
  };
  app.get('/invariants', wall, async () => wallOf(auditor));

  const one = {
    schema: { summary: 'An invariant with its evidence', params: ById, response: { 200: Evidence } },
    config: READ,
  };
  app.get('/invariants/:id', one, async ({ params }) => evidenceOf(auditor, params.id));

  const sweep = {
    schema: {
      summary: 'Look now; `everything`: at all orders and at totals over whole tables',
      querystring: SweepQuery,
      response: { 200: Wall },
    },
    config: { permission: 'auditor:sweep' },
  } as const;
  app.post('/sweep', sweep, async ({ query }) => {
    await auditor.sweep(query.everything === 'true');
    return wallOf(auditor);
  });

  const acknowledge = {
    schema: {
      summary: 'Take what is violated now as known; a violation that comes later is red again',
      body: Acknowledge,
      response: { 200: Acknowledged },
    },
    config: { permission: 'auditor:acknowledge' },
  } as const;
  app.post('/acknowledgements', acknowledge, async ({ body }) => ({
    acknowledged: auditor.acknowledge(body),
  }));

  const consistency = {
    schema: { summary: 'How long until all books agree', response: { 200: ConsistencyAnswer } },
    config: READ,
  };
  app.get('/consistency', consistency, async () => auditor.consistency.figures());
}

/** The same from the dashboard; gives back what withdraws it. */
export function offerWall(auditor: Auditor): () => void {
  const withdrawals = [
    registerControl({
      name: 'invariants.wall',
      title: 'All invariants with their verdicts',
      input: CONTROL['invariants.wall'].input,
      run: () => wallOf(auditor),
    }),
    registerControl({
      name: 'invariants.evidence',
      title: 'An invariant with its evidence',
      input: CONTROL['invariants.evidence'].input,
      run: ({ id }) => evidenceOf(auditor, id),
    }),
    registerControl({
      name: 'violations.acknowledge',
      title: 'Acknowledge violations',
      input: Acknowledge,
      run: (asked) => ({ acknowledged: auditor.acknowledge(asked) }),
    }),
  ];
  return () => {
    for (const withdraw of withdrawals) withdraw();
  };
}

function wallOf(auditor: Auditor): Wall {
  return { sweep: auditor.last, open: auditor.open, invariants: auditor.wall.map(rowOf) };
}

function rowOf(entry: WallEntry): Wall['invariants'][number] {
  const { invariant, verdict, since, unread, violations, pending } = entry;
  return {
    ...{ id: invariant.id, title: invariant.title, verdict, since, unread },
    ...{ violations: violations.length, pending: pending.length, acknowledged: entry.acknowledged.length },
    figures: invariant.figures?.() ?? {},
  };
}

function evidenceOf(auditor: Auditor, id: string): Evidence {
  const entry = auditor.wall.find(({ invariant }) => invariant.id === id);
  if (!entry) throw new ShopError('not_found', `${id} is not checked here`, 'Choose one of the wall.');
  return {
    ...rowOf(entry),
    evidence: entry.violations
      .slice(0, SHOWN)
      .map((each) => ({ ...factOf(each), since: each.since, traceId: each.traceId })),
    known: entry.acknowledged.slice(0, SHOWN).map((each) => ({
      ...{ ...factOf(each), since: each.since, traceId: each.traceId },
      ...{ reason: each.acknowledged?.reason ?? '', acknowledgedAt: each.acknowledged?.at ?? 0 },
    })),
    waiting: entry.pending.slice(0, SHOWN).map(factOf),
  };
}

const factOf = ({ orderId, sagaId, expected, found, key }: Finding) => ({
  ...{ orderId, sagaId, expected, found, key },
});
