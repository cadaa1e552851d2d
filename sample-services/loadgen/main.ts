import { randomInt } from 'node:crypto';
import { CONTROL } from '@stormglass/agents/contract';
import { registerControl } from '@stormglass/agents/node';
import { required } from '../kit/env.ts';
import { seededRandom } from '../kit/random.ts';
import { type Kit, service } from '../kit/service.ts';
import { AcceptedAnswer, StatsAnswer } from './api.ts';
import { Arrivals } from './arrivals.ts';
import { Customers } from './customers.ts';
import { planOrders } from './traffic.ts';

function addRoutes({ app }: Kit, customers: Customers, arrivals: Arrivals): void {
  const stats = {
    schema: { summary: 'What became of the orders sent', response: { 200: StatsAnswer } },
    config: { permission: 'open' },
  } as const;
  app.get('/stats', stats, async () => ({
    rate: arrivals.rate,
    dropped: arrivals.dropped,
    ...customers.counts(),
  }));
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
  routes: (kit) => {
    const { env, log } = kit;
    const seed = env.LOAD_SEED ?? randomInt(0x100000000);
    const replay = env.LOAD_SEED !== undefined;
    log.info({ seed, replay, rate: env.LOAD_RATE }, 'load planned');
    const customers = new Customers({ gateway: required(env, 'GATEWAY_URL'), seededTraces: replay });
    const plan = planOrders(seed);
    const arrivals = new Arrivals({
      rate: env.LOAD_RATE,
      random: seededRandom(seed ^ 0x5eed),
      arrive: () => {
        customers.order(plan()).catch((err) => log.error({ err }, 'an order could not be counted'));
      },
    });
    const withdraw = registerControl({
      name: 'load.set',
      title: 'Set the load',
      input: CONTROL['load.set'].input,
      run: ({ rate }) => {
        arrivals.setRate(rate);
        log.info({ rate }, 'load set');
        return { rate };
      },
    });
    const running = arrivals.run();
    kit.onStop(async () => {
      withdraw();
      arrivals.stop();
      await running;
      await customers.close();
    });
    addRoutes(kit, customers, arrivals);
  },
});
