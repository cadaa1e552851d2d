import { startLoop } from '../kit/loop.ts';
import { service } from '../kit/service.ts';
import { Auditor } from './auditor.ts';
import { watchQueues } from './messages/watch-queues.ts';
import { addWall, offerWall } from './routes.ts';
import { watchServices } from './service-levels/watch.ts';
import { readAuditSettings } from './settings.ts';

await service({
  name: 'auditor',
  routes: (kit) => {
    const { app, log } = kit;
    const settings = readAuditSettings(process.env);
    const watched =
      Object.keys(settings.services).length === 0 ? null : watchServices(settings, kit.tls, log);
    const { queuesUrl, settleMs } = settings;
    const broker = queuesUrl === null ? null : watchQueues(queuesUrl, settleMs, log);
    const auditor = new Auditor(settings, watched?.window ?? null, broker?.queues ?? null);
    const sweeps = startLoop({
      name: 'sweep',
      intervalMs: settings.sweepMs,
      log,
      run: async () => {
        await auditor.sweep(false);
      },
    });
    kit.onStop(async () => {
      await Promise.all([sweeps.stop(), watched?.stop(), broker?.loop.stop()]);
      await auditor.close();
    });
    addWall(app, auditor);
    kit.onStop(offerWall(auditor));
  },
});
