import { randomInt } from 'node:crypto';
import { CONTROL, type LoadPlan } from '@stormglass/agents/contract';
import { registerControl } from '@stormglass/agents/node';
import { systemClock } from '../kit/clock.ts';
import { required, type ShopEnv } from '../kit/env.ts';
import { seededRandom } from '../kit/random.ts';
import { type Kit, service } from '../kit/service.ts';
import { AcceptedAnswer, ResetAnswer, StatsAnswer } from './api.ts';
import { Arrivals } from './arrivals.ts';
import { Customers } from './customers.ts';
import { Observed } from './observed.ts';
import { type Mix, planVisits } from './traffic.ts';

function mixOf(env: ShopEnv): Mix {
  return {
    choreographedPercent: env.LOAD_CHOREOGRAPHED_PERCENT,
    cancelPercent: env.LOAD_CANCEL_PERCENT,
    refusedPercent: env.LOAD_REFUSED_PERCENT,
    thinkMs: env.LOAD_THINK_MS,
  };
}

function changed(mix: Mix, change: Partial<Record<keyof Mix, number | undefined>>): Mix {
  return {
    choreographedPercent: change.choreographedPercent ?? mix.choreographedPercent,
    cancelPercent: change.cancelPercent ?? mix.cancelPercent,
    refusedPercent: change.refusedPercent ?? mix.refusedPercent,
    thinkMs: change.thinkMs ?? mix.thinkMs,
  };
}

interface Parts {
  planned(): LoadPlan;
  arrivals: Arrivals;
  customers: Customers;
  observed: Observed;
}

function addRoutes({ app }: Kit, { planned, arrivals, customers, observed }: Parts): void {
  const stats = {
    schema: { summary: 'What customers saw of the shop', response: { 200: StatsAnswer } },
    config: { permission: 'open' },
  } as const;
  app.get('/stats', stats, async () => ({
    ...planned(),
    dropped: arrivals.dropped,
    ...customers.counts(),
    seen: observed.report(),
  }));
  const reset = {
    schema: { summary: 'Begins to count latencies and outcomes anew', response: { 200: ResetAnswer } },
    config: { permission: 'open' },
  } as const;
  app.post('/stats/reset', reset, async () => {
    observed.reset();
    return { reset: true as const };
  });
  const accepted = {
    schema: { summary: 'The newest orders that were accepted', response: { 200: AcceptedAnswer } },
    config: { permission: 'open' },
  } as const;
  app.get('/accepted', accepted, async () => ({
    accepted: [...customers.accepted()],
    forgotten: customers.counts().forgotten,
  }));
}

await service({
  name: 'loadgen',
  routes: (kit: Kit) => {
    const { env, log } = kit;
    const seed = env.LOAD_SEED ?? randomInt(0x100000000);
    const replay = env.LOAD_SEED !== undefined;
    let mix = mixOf(env);
    log.info({ seed, replay, rate: env.LOAD_RATE, ...mix }, 'load planned');
    const observed = new Observed();
    const customers = new Customers({
      gateway: required(env, 'GATEWAY_URL'),
      seededTraces: replay,
      observed,
      clock: systemClock,
    });
    const plan = planVisits(seed);
    const arrivals = new Arrivals({
      rate: env.LOAD_RATE,
      random: seededRandom(seed ^ 0x5eed),
      arrive: (at) => customers.arrive(plan(mix), at),
    });
    const planned = (): LoadPlan => ({ rate: arrivals.rate, ...mix });
    const withdraw = registerControl({
      name: 'load.set',
      title: 'Set the load',
      input: CONTROL['load.set'].input,
      run: ({ rate, ...change }) => {
        if (rate !== undefined) arrivals.setRate(rate);
        mix = changed(mix, change);
        log.info(planned(), 'load set');
        return planned();
      },
    });
    const running = arrivals.run();
    kit.onStop(async () => {
      withdraw();
      arrivals.stop();
      await running;
      await customers.close();
    });
    addRoutes(kit, { planned, arrivals, customers, observed });
  },
});
