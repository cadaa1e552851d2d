import { describeSagaEngine } from '../battery/battery.ts';

describeSagaEngine('dbos', { env: { SAGA_ENGINE: 'dbos' } });
