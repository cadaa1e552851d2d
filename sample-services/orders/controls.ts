import { randomUUID } from 'node:crypto';
import { trace } from '@opentelemetry/api';
import { CONTROL, type SagaStarted, type SagaStartInput } from '@stormglass/agents/contract';
import { registerControl } from '@stormglass/agents/node';
import { SKUS, SOLD_OUT_SKU } from '../inventory/api.ts';
import { DECLINED_CARD, GOOD_CARD, UNDELIVERABLE_CODE } from '../outside-world/api.ts';
import type { CreateOrderRequest } from './api.ts';
import type { SagaEngine } from './saga/port.ts';

/** Sagas started side by side, so that 500 of them are journalled within a control's time. */
const AT_ONCE = 20;

/** What a person would order for the business to say no at that step: no switch, just such an order. */
function orderThat({ mode, failAt, amount }: SagaStartInput): CreateOrderRequest {
  return {
    userId: 'operator',
    sku: failAt === 'reserve' ? SOLD_OUT_SKU : (SKUS[0] ?? SOLD_OUT_SKU),
    quantity: 1,
    amount: Math.max(1, Math.round(amount * 100)),
    cardToken: failAt === 'charge' ? DECLINED_CARD : GOOD_CARD,
    address:
      failAt === 'ship'
        ? `1 Nowhere Road, ${UNDELIVERABLE_CODE} Atlantis`
        : '1 Harbour Street, 20095 Hamburg',
    mode,
  };
}

function startOne(engine: SagaEngine, order: CreateOrderRequest): Promise<SagaStarted> {
  // Each saga is a trace of its own, though one click started many.
  return trace
    .getTracer('stormglass.shop')
    .startActiveSpan('control saga.start', { root: true }, async (span) => {
      try {
        return await engine.start(order, randomUUID());
      } finally {
        span.end();
      }
    });
}

const INTERVENTION_TITLES = {
  retry: 'Retry a stuck step now',
  skip: 'Skip a stuck step',
  resolve: 'Say that a stuck step is done',
} as const;

/** Offers to start, to cancel and to intervene in sagas on the agent channel; gives back what withdraws them. */
export function registerSagaControls(engine: SagaEngine): () => void {
  const withdrawals = [
    registerControl({
      name: 'saga.start',
      title: 'Start sagas',
      input: CONTROL['saga.start'].input,
      run: async (asked) => {
        const { count } = asked;
        const order = orderThat(asked);
        const sagas: SagaStarted[] = [];
        while (sagas.length < count) {
          const batch = Math.min(AT_ONCE, count - sagas.length);
          sagas.push(...(await Promise.all(Array.from({ length: batch }, () => startOne(engine, order)))));
        }
        return { sagas };
      },
    }),
    registerControl({
      name: 'saga.cancel',
      title: 'Cancel a saga',
      input: CONTROL['saga.cancel'].input,
      run: async ({ sagaId }) => ({ sagaId, ...(await engine.signal(sagaId, 'cancel')) }),
    }),
    registerControl({
      name: 'saga.stuck',
      title: 'Sagas that wait for a person',
      input: CONTROL['saga.stuck'].input,
      run: async ({ limit }) => ({ sagas: await engine.stuck(limit) }),
    }),
    ...(['retry', 'skip', 'resolve'] as const).map((what) =>
      registerControl({
        name: `saga.${what}`,
        title: INTERVENTION_TITLES[what],
        input: CONTROL[`saga.${what}`].input,
        run: async ({ sagaId, ...decided }) => ({
          sagaId,
          status: await engine.intervene(sagaId, { do: what, ...decided }),
        }),
      }),
    ),
  ];
  return () => {
    for (const withdraw of withdrawals) withdraw();
  };
}
