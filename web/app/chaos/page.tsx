import { ChaosPage } from '../../features/chaos/chaos-page.tsx';
import { Library } from '../../features/library/library.tsx';
import { EventsBand } from '../../features/plans/events-band.tsx';
import { GameDaysBand } from '../../features/plans/gamedays-band.tsx';
import { MaintenanceBand } from '../../features/plans/maintenance-band.tsx';
import { SchedulesBand } from '../../features/plans/schedules-band.tsx';
import { WebhooksBand } from '../../features/plans/webhooks-band.tsx';

export const metadata = { title: 'Chaos' };

export default function Page() {
  return (
    <ChaosPage library={<Library />}>
      <SchedulesBand />
      <MaintenanceBand />
      <GameDaysBand />
      <EventsBand />
      <WebhooksBand />
    </ChaosPage>
  );
}
