import { assertNever } from '@stormglass/agents/contract';
import type { Database } from '../../kit/database.ts';
import { required } from '../../kit/env.ts';
import { Seal } from '../../kit/sealed.ts';
import type { Kit } from '../../kit/service.ts';
import { createOrderSaga } from './create-order.ts';
import { JournalEngine } from './engine.ts';
import { parsePolicy } from './policy.ts';
import type { SagaEngine } from './port.ts';
import { returnOrderSaga } from './return-order.ts';

/** The engine which the environment asks for, with the sagas of this shop. */
export async function openSagaEngine(kit: Kit, db: Database): Promise<SagaEngine> {
  const { env, log, random, instance, instanceIsStable } = kit;
  const seal = new Seal(required(env, 'SHOP_SEAL_SECRET'));
  const peers = {
    inventory: kit.peer('inventory'),
    payments: kit.peer('payments'),
    shipping: kit.peer('shipping'),
  };
  const definitions = [createOrderSaga(peers), returnOrderSaga(peers)];
  const policy = parsePolicy(env.SAGA_POLICY);
  const options = { db, definitions, seal, log, random, instance, instanceIsStable, policy };
  switch (env.SAGA_ENGINE) {
    case 'journal':
      return new JournalEngine(options);
    case 'dbos': {
      // Loaded only where it runs: the library is larger than this service.
      const { DbosEngine } = await import('./dbos/engine.ts');
      const engine = new DbosEngine({ ...options, databaseUrl: required(env, 'DATABASE_URL') });
      kit.readyWhen('workflows', () => engine.whenLaunched());
      return engine;
    }
    default:
      return assertNever(env.SAGA_ENGINE);
  }
}
