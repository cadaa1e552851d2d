import { describeSagaEngine } from './battery/battery.ts';

describeSagaEngine('journal', { env: { SAGA_ENGINE: 'journal' } });
