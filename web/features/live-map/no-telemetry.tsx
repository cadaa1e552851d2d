import { Empty } from '../../ui/empty.tsx';
import { RangeLink } from '../../ui/range-link.tsx';

/** Nothing has ever arrived: how to start the shop, or attach one's own service. */
export function NoTelemetry() {
  return (
    <Empty
      title="No telemetry yet"
      command="npm start"
      action={<RangeLink href="/attach">Attach your own service</RangeLink>}
    >
      The map draws itself from the first spans. Start the sample shop with the command, or send your own
      services here: any OpenTelemetry SDK will do, and the next page waits for its first span with you.
    </Empty>
  );
}
