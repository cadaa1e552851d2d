import { ChaosPage } from '../../features/chaos/chaos-page.tsx';
import { GameDaysBand } from '../../features/plans/gamedays-band.tsx';
import { SchedulesBand } from '../../features/plans/schedules-band.tsx';
import { WebhooksBand } from '../../features/plans/webhooks-band.tsx';

export const metadata = { title: 'Chaos' };

export default function Page() {
  return (
    <ChaosPage>
      <SchedulesBand />
      <GameDaysBand />
      <WebhooksBand />
    </ChaosPage>
  );
}
